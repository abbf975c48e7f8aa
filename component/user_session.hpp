// One session of a user of our own domain, whose octets travel in blocks between his client and us
// (docs/xmpp.md, Users): the session machine, its node and both ends' blocks, joined. No socket: stanzas
// leave by the Outlet and the Asker. It outlives the client's stream: detached, it says nothing, and waits to
// be resumed. Everything on the I/O thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/net/session_driver.hpp"
#include "bridge/wire/block_stream.hpp"
#include "component/asker.hpp"
#include "component/ibb.hpp"

namespace immp::component {

/// Resumptions of one session: each sends a window again.
inline constexpr std::chrono::seconds kResumePause{1};
/// Without an answer to a block for so long the client is gone: on a slow path its results wait behind its
/// own blocks.
inline constexpr std::chrono::minutes kBlockPatience{5};
/// Nothing was heard of the client for so long: it is asked whether it is there, or whoever is gone would
/// keep a seat.
inline constexpr std::chrono::seconds kUserProbeAfter{60};
/// For the last replies to be taken; then it is closed all the same.
inline constexpr std::chrono::seconds kUserFarewell{30};
/// Of octets that wait to be sent: above the first nothing more is read, below the second Session::drained.
inline constexpr std::size_t kUserHighWaterBytes = 256 * 1'024;
inline constexpr std::size_t kUserLowWaterBytes = 64 * 1'024;

class UserSession : public std::enable_shared_from_this<UserSession> {
  public:
    struct Setup {
        std::string our_jid;
        std::string peer;     ///< the client's full JID
        std::string account;  ///< whose it is
        IbbOpen opened;
        std::shared_ptr<bridge::SessionDriver> driver;  ///< of ListenerKind::xmpp
        /// Once, when it has ended; not from within the constructor.
        std::move_only_function<void()> closed;
    };
    /// Outlet, asker and world outlive it.
    UserSession(Setup setup, Outlet& outlet, Asker& asker, World& world);

    /// Greets.
    void start();
    /// A block of the client, as the request with this id.
    void take(std::string id, IbbData block);
    /// Its client is back, by the request with this id, and awaits the block with this number.
    void resume(const std::string& id, const IbbOpen& opened);
    /// Its client, or our link, is gone.
    void detach(std::string_view why);
    /// Nothing where it is not detached.
    [[nodiscard]] std::optional<Time> detached_since() const { return detached_since_; }
    /// Asks whether its client is there, where nothing is under way that would tell.
    void probe();
    /// Orderly: 703 after what is pending is answered; at once where nobody is there to be told.
    void shut_down();
    /// At once, and without a word: the other side knows, or cannot be told.
    void drop(std::string_view why);
    void tick();

  private:
    enum class State {
        open,    ///< octets go to the session
        ending,  ///< it wants no more: what it said is sent, then `<close/>`
        closed
    };
    using Wake = bridge::SessionDriver::Wake;

    void run();
    void run_soon();
    // Each does one piece of work; true: there may be more to do at once.
    bool step();
    bool send_block();
    bool tell_drained();
    bool go_on();
    bool feed();
    bool end();

    void say_close();
    void carry_out(bridge::Action action);
    void ask(const bridge::BlockStream::Block& block);
    void answered(const Result<Stanza>& answer, std::uint16_t seq, std::size_t octets);
    void came_back(const Result<Stanza>& answer);
    void attach(const std::string& id, std::uint16_t awaited);
    void break_off(const std::string& id, std::string_view error, std::string_view why);
    void reply(std::string_view type, std::string_view id, std::string_view payload = {});
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bridge::Session& session() { return setup_.driver->session(); }

    Setup setup_;
    Outlet& outlet_;
    Asker& asker_;
    World& world_;
    bridge::BlockStream stream_;
    State state_ = State::open;
    std::optional<Time> detached_since_;
    std::optional<Time> resumed_;
    unsigned path_ = 0;          // answers to what was asked on a former one count no more
    bool owes_drained_ = false;  // something was sent since Session::drained
    bool running_ = false;       // a callback out of run() must not run again
    bool runs_soon_ = false;
    Time moved_;   // an octet, either way
    Time heard_;   // anything of the client
    Time ending_;  // since when
};

}  // namespace immp::component
