#include "bridge/net/session_driver.hpp"

#include <iterator>
#include <utility>
#include <variant>

namespace immp::bridge {

SessionDriver::SessionDriver(ListenerKind kind, SessionServices services, std::unique_ptr<SessionHost> host)
    : host_(std::move(host)), session_(kind, std::move(services)) {}

void SessionDriver::begin(std::function<void(Wake)> wake) {
    wake_ = std::move(wake);
    host_->on_uncongested([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self && self->host_) self->wake_(Wake::now);
    });
    host_->on_login_ended([weak = weak_from_this()](Error why) {
        const auto self = weak.lock();
        if (!self || !self->host_) return;
        self->add(self->session_.end(std::move(why)));
        self->wake_(Wake::soon);
    });
}

void SessionDriver::add(Actions actions) {
    if (!host_) return;
    std::move(actions.begin(), actions.end(), std::back_inserter(pending_));
}

std::optional<Action> SessionDriver::next() {
    Action action = std::move(pending_.front());
    pending_.pop_front();
    if (auto* question = std::get_if<Ask>(&action))
        carry_out(std::move(*question));
    else if (auto* wanted = std::get_if<Pull>(&action))
        carry_out(std::move(*wanted));
    else if (auto* octets = std::get_if<PartOctets>(&action))
        host_->part_octets(std::move(*octets));
    else if (const auto* refused = std::get_if<DropPart>(&action))
        host_->drop_part(*refused);
    else if (const auto* dropped = std::get_if<DropDelivery>(&action))
        host_->drop_delivery(dropped->delivery);
    else
        return action;
    return std::nullopt;
}

void SessionDriver::carry_out(Ask question) {
    ++unanswered_;
    host_->ask(std::move(question.request),
               [weak = weak_from_this(), ticket = question.ticket](Answer answer) {
                   const auto self = weak.lock();
                   if (!self || !self->host_) return;
                   --self->unanswered_;
                   self->add(self->session_.answered(ticket, std::move(answer)));
                   self->wake_(Wake::soon);
               });
}

void SessionDriver::carry_out(Pull wanted) {
    ++unanswered_;
    host_->pull(std::move(wanted.source),
                [weak = weak_from_this(), ticket = wanted.ticket](Result<std::string> octets) {
                    const auto self = weak.lock();
                    if (!self || !self->host_) return;
                    --self->unanswered_;
                    self->add(self->session_.pulled(ticket, std::move(octets)));
                    self->wake_(Wake::now);
                });
}

void SessionDriver::close() {
    pending_.clear();
    host_.reset();
}

}  // namespace immp::bridge
