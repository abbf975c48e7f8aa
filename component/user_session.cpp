#include "component/user_session.hpp"

#include <utility>
#include <variant>

#include "component/peers.hpp"
#include "component/stanza_error.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

using Taken = bridge::BlockStream::Taken;

/// Then others have their turn.
constexpr int kStepsPerTurn = 16;

struct Refusal {
    Taken taken;
    std::string_view type;
    std::string_view condition;
    std::string_view why;
};
constexpr Refusal kRefusals[] = {
    {Taken::out_of_order, "cancel", "unexpected-request", "a block out of order"},
    {Taken::too_long, "modify", "bad-request", "a block over its size"},
    {Taken::overrun, "wait", "resource-constraint", "blocks that nobody waited for"},
};

/// What a client says that is there, and has no such session, or gives it up. Everything else, a server says
/// for a client that is gone.
bool ends_it(std::string_view condition) {
    return condition == "item-not-found" || condition == "unexpected-request" || condition == "bad-request";
}

}  // namespace

UserSession::UserSession(Setup setup, Outlet& outlet, Asker& asker, World& world)
    : setup_(std::move(setup)),
      outlet_(outlet),
      asker_(asker),
      world_(world),
      stream_(bridge::BlockPolicy{.most_bytes = setup_.opened.block_bytes}),
      moved_(world.now()),
      heard_(moved_) {}

void UserSession::start() {
    setup_.driver->begin([weak = weak_from_this()](Wake when) {
        const auto self = weak.lock();
        if (self) when == Wake::now ? self->run() : self->run_soon();
    });
    setup_.driver->add(session().enter(setup_.account));
    run();
}

void UserSession::take(std::string id, IbbData block) {
    if (state_ == State::closed) return;
    if (detached_since_) return reply("error", id, plain_error_payload("wait", "recipient-unavailable"));
    heard_ = world_.now();
    if (!block.octets.empty()) moved_ = heard_;
    const Taken taken = stream_.take(block.seq, std::move(block.octets), id);
    if (taken == Taken::repeated) return reply("result", id);
    for (const Refusal& refusal : kRefusals)
        if (refusal.taken == taken)
            return break_off(id, plain_error_payload(refusal.type, refusal.condition), refusal.why);
    run();
}

void UserSession::break_off(const std::string& id, std::string_view error, std::string_view why) {
    reply("error", id, error);
    say_close();
    drop(why);
}

void UserSession::detach(std::string_view why) {
    if (state_ == State::closed || detached_since_) return;
    detached_since_ = world_.now();
    ++path_;
    stream_.interrupt();
    world_.log(bridge::LogLevel::debug, "link: a user's session is detached, with " +
                                            std::to_string(stream_.unsent_bytes()) +
                                            " octets for its client: " + std::string(why));
}

void UserSession::resume(const std::string& id, const IbbOpen& opened) {
    if (state_ == State::closed) return;
    if (opened.block_bytes != setup_.opened.block_bytes)
        return reply("error", id, plain_error_payload("modify", "bad-request"));
    if (resumed_ && world_.now() - *resumed_ < kResumePause)
        return reply("error", id,
                     error_payload(Error{429, "A session is resumed once a second", {}, kResumePause}));
    detach("its client has another stream");
    // What the session has not taken by now, the client sends again: each resumption would add to it.
    const std::uint16_t awaited = stream_.forget_unread();
    if (!stream_.resume(*opened.resume))
        return break_off(id, plain_error_payload("cancel", "unexpected-request"), "cannot go on from there");
    attach(id, awaited);
}

void UserSession::attach(const std::string& id, std::uint16_t awaited) {
    detached_since_.reset();
    resumed_ = heard_ = moved_ = ending_ = world_.now();
    world_.log(bridge::LogLevel::debug, "link: a user's session goes on");
    reply("result", id, ibb_resumed(awaited));
    run();
}

void UserSession::probe() {
    if (state_ == State::open && !detached_since_ && stream_.under_way() == 0)
        ask(stream_.probe(world_.now()));
}

void UserSession::shut_down() {
    if (detached_since_) return drop("we shut down");
    if (state_ != State::open) return;
    setup_.driver->add(session().shut_down());
    run();
}

void UserSession::drop(std::string_view why) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    setup_.driver->close();
    world_.log(bridge::LogLevel::debug, "link: a user's session ended: " + std::string(why));
    if (setup_.closed) std::exchange(setup_.closed, nullptr)();
}

void UserSession::tick() {
    const Time now = world_.now();
    if (detached_since_) {
        if (now - *detached_since_ >= bridge::kResumableFor) drop("its client did not come back");
        return;
    }
    if (state_ == State::ending && now - ending_ >= kUserFarewell) {
        say_close();
        return drop("its client does not take the last replies");
    }
    if (state_ != State::open) return;
    if (now - moved_ >= session().idle_limit()) {
        moved_ = now;
        setup_.driver->add(session().idle());
        return run();
    }
    if (now - heard_ >= kUserProbeAfter) probe();
}

// -- the loop

void UserSession::run() {
    if (running_) return;
    running_ = true;
    int steps = 0;
    while (steps < kStepsPerTurn && step())
        ++steps;
    running_ = false;
    if (steps == kStepsPerTurn) run_soon();
}

void UserSession::run_soon() {
    if (std::exchange(runs_soon_, true)) return;
    world_.defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->runs_soon_ = false;
        self->run();
    });
}

bool UserSession::step() {
    if (setup_.driver->has_pending()) {
        if (auto own = setup_.driver->next()) carry_out(*std::move(own));
        return true;
    }
    if (state_ == State::closed) return false;
    if (send_block()) return true;
    if (state_ == State::ending) return end();
    return tell_drained() || go_on() || feed();
}

void UserSession::carry_out(bridge::Action action) {
    if (state_ != State::open) return;
    if (const auto* send = std::get_if<bridge::Send>(&action)) {
        stream_.push(send->octets);
        owes_drained_ = true;
    } else if (std::holds_alternative<bridge::Close>(action)) {
        state_ = State::ending;
        ending_ = world_.now();
    }
}

bool UserSession::send_block() {
    if (detached_since_) return false;
    // Both servers buffer without limit; our own queue must not.
    if (outlet_.queued_bytes() > kHighWaterBytes && stream_.under_way() > 0) return false;
    const auto block = stream_.next(world_.now());
    if (!block) return false;
    ask(*block);
    return true;
}

void UserSession::ask(const bridge::BlockStream::Block& block) {
    asker_.ask({.kind = IqKind::set,
                .to = setup_.peer,
                .payload = ibb_data(setup_.opened.sid, block.seq, block.octets),
                .patience = kBlockPatience,
                .lane = Lane::bulk},
               [weak = weak_from_this(), path = path_, seq = block.seq,
                octets = block.octets.size()](const Result<Stanza>& answer) {
                   const auto self = weak.lock();
                   if (self && path == self->path_) self->answered(answer, seq, octets);
               });
}

void UserSession::answered(const Result<Stanza>& answer, std::uint16_t seq, std::size_t octets) {
    if (state_ == State::closed) return;
    if (!answer || answer->head.type != "result") return came_back(answer);
    heard_ = world_.now();
    if (octets > 0) moved_ = heard_;
    stream_.acknowledged(seq, heard_);
    run();
}

/// Where nobody answers for so long, that was the time in which it could have come back.
void UserSession::came_back(const Result<Stanza>& answer) {
    if (!answer && answer.error().code == 704) return detach(answer.error().text);
    if (!answer) return drop(answer.error().text);
    const std::string_view condition = condition_of(*answer);
    if (ends_it(condition)) return drop("its client knows it no more");
    detach("its client is gone");
}

/// When all that was said has been taken.
bool UserSession::end() {
    if (detached_since_ || stream_.unsent_bytes() > 0 || stream_.under_way() > 0) return false;
    say_close();
    drop("orderly");
    return false;
}

void UserSession::say_close() {
    asker_.ask(
        {.kind = IqKind::set, .to = setup_.peer, .payload = ibb_close(setup_.opened.sid), .lane = Lane::bulk},
        [](const Result<Stanza>&) {});
}

bool UserSession::tell_drained() {
    if (!owes_drained_ || stream_.unsent_bytes() > kUserLowWaterBytes) return false;
    owes_drained_ = false;
    setup_.driver->add(session().drained());
    return true;
}

bool UserSession::has_room() const {
    return stream_.unsent_bytes() < kUserHighWaterBytes && !setup_.driver->congested();
}

/// What a compressed body gives in one call is bounded; the rest comes when there is room for it.
bool UserSession::go_on() {
    if (!session().has_work() || !has_room()) return false;
    setup_.driver->add(session().receive({}));
    return true;
}

bool UserSession::feed() {
    if (!session().wants_input() || !has_room()) return false;
    const auto block = stream_.read();
    if (!block) return false;
    reply("result", block->id);
    setup_.driver->add(session().receive(block->octets));
    return true;
}

void UserSession::reply(std::string_view type, std::string_view id, std::string_view payload) {
    outlet_.send(iq({type, id, setup_.our_jid, setup_.peer}, payload), Lane::urgent);
}

}  // namespace immp::component
