#include "bridge/session/session.hpp"

#include <utility>

#include "bridge/session/core.hpp"
#include "bridge/session/handlers.hpp"
#include "bridge/session/input.hpp"

namespace immp::bridge {

class Session::Impl {
  public:
    Impl(ListenerKind kind, SessionServices services) : kind_(kind), core(std::move(services)), input(core) {}

    void greet() {
        const std::string server = "IMMP/1.0 Server at " + core.domain();
        if (kind_ != ListenerKind::upgrade) {
            core.output.send(reply_line("", 100, More::last, server));
            return;
        }
        core.output.send(reply_line("", 100, More::follows, server));
        core.output.send(
            reply_line("", 100, More::last, " Please upgrade the connection to one of the following:"));
        core.output.send(reply_line("", 102, More::last, "TLS3 TLS2"));
    }
    void tell_info() { core.output.send(reply_line("", 101, More::last, server_info(core))); }
    [[nodiscard]] ListenerKind kind() const { return kind_; }

    void admit(std::string account) {
        admission_ = core.output.open("", Verb::auth_response);
        input.hold(admission_);
        core.ask<Done>(admission_, AdmitUser{account}, [account](SessionCore& c, const SlotPtr& slot, Done) {
            c.state = SessionState::local;
            c.account = account;
            c.reply(*slot, 210, "Authentication accepted for " + account);
        });
    }

    [[nodiscard]] Actions end(std::optional<Error> farewell) {
        core.close(std::move(farewell));
        core.end();
        return core.output.take();
    }
    [[nodiscard]] Actions run() {
        if (admission_ && admission_->done) {
            // There is nothing else to log in with.
            if (core.state != SessionState::local) core.close();
            admission_.reset();
        }
        if (!core.closed()) input.run();
        return core.output.take();
    }

  private:
    const ListenerKind kind_;
    SlotPtr admission_;  // ListenerKind::xmpp, until it is answered

  public:
    SessionCore core;
    SessionInput input;
};

Session::Session(ListenerKind kind, SessionServices services)
    : impl_(std::make_unique<Impl>(kind, std::move(services))) {}
Session::~Session() = default;

Actions Session::start() {
    if (impl_->kind() == ListenerKind::upgrade) {
        impl_->greet();
        impl_->tell_info();
    }
    return impl_->core.output.take();
}

Actions Session::enter(std::string account) {
    impl_->core.state = SessionState::unauthenticated;
    impl_->core.through_xmpp = true;
    impl_->greet();
    impl_->tell_info();
    impl_->admit(std::move(account));
    return impl_->run();
}

Actions Session::tls_established(const TlsFacts& facts) {
    impl_->core.tls = facts;
    impl_->core.state = SessionState::unauthenticated;
    if (impl_->kind() == ListenerKind::immediate) impl_->greet();
    impl_->tell_info();
    return impl_->run();
}

Actions Session::receive(std::string_view octets) {
    if (impl_->core.closed()) return {};
    impl_->input.feed(octets);
    return impl_->run();
}

bool Session::wants_input() const {
    return !impl_->core.closed() && impl_->input.wants_more();
}

bool Session::has_work() const {
    return !impl_->core.closed() && impl_->input.has_work();
}

Actions Session::answered(Ticket ticket, Answer answer) {
    if (impl_->core.closed()) return {};
    impl_->core.answered(ticket, std::move(answer));
    return impl_->run();
}

Actions Session::pulled(Ticket ticket, Result<std::string> octets) {
    if (impl_->core.closed() || !impl_->core.output.pulls(ticket)) return {};
    if (impl_->core.output.pulled(std::move(octets)) == Output::Flow::broken) impl_->core.end();
    return impl_->run();
}

Actions Session::drained() {
    impl_->core.output.drained();
    return impl_->run();
}

Actions Session::input_ended() {
    if (impl_->core.closed()) return {};
    impl_->core.input_ended = true;
    SessionWatches(impl_->core).end_all(SessionWatches::When::now);
    return impl_->run();
}

Actions Session::idle() {
    if (impl_->core.closed()) return {};
    SessionWatches watches(impl_->core);
    if (watches.repeat()) return impl_->run();
    return impl_->end(refusal(408));
}

Actions Session::end(Error why) {
    if (impl_->core.closed()) return {};
    // A command outside pipelines that is not answered yet would take it for its reply, though it may be
    // done.
    const bool is_understood = impl_->core.output.all_done("", nullptr, std::nullopt);
    return impl_->end(is_understood ? std::optional(std::move(why)) : std::nullopt);
}

std::chrono::seconds Session::idle_limit() const {
    const SessionLimits& limits = impl_->core.services().limits;
    const bool logged_in =
        impl_->core.state == SessionState::local || impl_->core.state == SessionState::remote;
    return logged_in ? limits.idle_after_login : limits.idle_before_login;
}

Actions Session::shut_down() {
    impl_->core.close(refusal(703));
    return impl_->run();
}

SessionState Session::state() const {
    return impl_->core.state;
}

}  // namespace immp::bridge
