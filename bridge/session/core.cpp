#include "bridge/session/core.hpp"

namespace immp::bridge {

void SessionCore::reply(Slot& slot, int code, std::string_view text) {
    output.write(slot, reply_line(slot.pipeline, code, More::last, text));
    output.finish(slot);
}

void SessionCore::reply_more(Slot& slot, int code, std::string_view text) {
    output.write(slot, reply_line(slot.pipeline, code, More::follows, text));
}

void SessionCore::progress(Slot& slot, int code, std::string_view text) {
    output.write(slot, reply_line(slot.pipeline, code, More::last, text));
}

void SessionCore::refuse_first(Slot& slot, const Error& error) {
    output.write(slot, refusal_line(slot.pipeline, error));
    count_error();
}

void SessionCore::refuse(Slot& slot, const Error& error) {
    refuse_first(slot, error);
    output.finish(slot);
}

void SessionCore::count_error() {
    const bool logged_in = state == SessionState::local || state == SessionState::remote;
    if (!logged_in && ++errors_ >= services_.limits.errors_before_login)
        close(refusal(710, "Too many errors, closing"));
}

void SessionCore::close(std::optional<Error> farewell) {
    if (closing_) return;
    closing_ = true;
    farewell_ = std::move(farewell);
}

void SessionCore::end() {
    for (auto& [id, lane] : lanes_)
        if (lane.delivery) drop(*lane.delivery);
    lanes_.clear();
    // Inside a body the line would be taken for its octets.
    if (farewell_ && !output.inside_body()) output.send(refusal_line("", *farewell_));
    output.act(Close{});
    closing_ = closed_ = true;
}

void SessionCore::drop(Delivery& delivery) {
    delivery.ended = true;
    output.act(DropDelivery{delivery.submit.delivery});
}

Ticket SessionCore::ask_any(SlotPtr slot, Request request, Then then) {
    const Ticket ticket = new_ticket();
    questions_.emplace(ticket, Question{std::move(slot), std::move(then)});
    output.act(Ask{ticket, std::move(request)});
    return ticket;
}

void SessionCore::answered(Ticket ticket, Answer answer) {
    auto asked = questions_.extract(ticket);
    if (asked.empty()) return;
    Question question = std::move(asked.mapped());
    if (answer)
        question.then(*this, question.slot, *std::move(answer));
    else
        refuse(*question.slot, answer.error());
}

}  // namespace immp::bridge
