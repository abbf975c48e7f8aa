// What the commands of a session share: replies, questions to the node, pipelines, who is logged in. The
// families (auth.cpp, delivery.cpp, ...) are functions over it; session.cpp feeds it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "bridge/session/auth.hpp"
#include "bridge/session/delivery.hpp"
#include "bridge/session/output.hpp"
#include "bridge/session/session.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/command.hpp"

namespace immp::bridge {

/// A WATCH that has not ended. It asks the node again only when the client takes what it was told: who does
/// not read costs one question.
struct Watch {
    WatchId id = 0;
    SlotPtr slot;
    WatchFolder request;
    std::optional<Ticket> asked;  ///< the open question
    std::string told;             ///< the last line's text; empty: none yet
};

/// One pipeline; the one without an id is that of commands outside pipelines.
struct Lane {
    struct Waiting {
        Command command;
        SlotPtr slot;
    };
    std::deque<Waiting> waiting;  ///< behind commands that are not done
    DeliveryPtr delivery;
    UploadPtr chunked;  ///< what CHUNK lines belong to
    std::optional<Watch> watch;

    [[nodiscard]] bool empty() const { return waiting.empty() && !delivery && !chunked && !watch; }
};

class SessionCore {
  public:
    explicit SessionCore(SessionServices services) : services_(std::move(services)) {}

    // -- replies. Each command ends with reply() or refuse().
    void reply(Slot& slot, int code, std::string_view text);
    /// A line that says that more of its reply follow.
    void reply_more(Slot& slot, int code, std::string_view text);
    /// A reply before the last one: 271, 302.
    void progress(Slot& slot, int code, std::string_view text);
    void refuse(Slot& slot, const Error& error);
    /// The first refusal of a DATA.
    void refuse_first(Slot& slot, const Error& error);

    // -- the node
    /// `then(core, slot, value)` with the answer of type T; an error becomes the reply.
    template <class T, class Then>
    Ticket ask(SlotPtr slot, Request request, Then then) {
        return ask_any(
            std::move(slot), std::move(request),
            [then = std::move(then)](SessionCore& core, const SlotPtr& asked, AnswerValue value) mutable {
                if (T* wanted = std::get_if<T>(&value)) return then(core, asked, std::move(*wanted));
                core.refuse(*asked, refusal(700));
            });
    }
    void answered(Ticket ticket, Answer answer);
    /// Its answer will do nothing.
    void forget(Ticket ticket) { questions_.erase(ticket); }
    /// A request whose answer says nothing.
    void notify(Request request) { output.act(Ask{new_ticket(), std::move(request)}); }

    // -- state
    /// Ends a delivery without DONE.
    void drop(Delivery& delivery);
    /// Nothing more is read; when all is answered, `farewell` is sent and the connection closes.
    void close(std::optional<Error> farewell = std::nullopt);
    /// At once: drops what is open, says `farewell`, closes.
    void end();
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] Ticket new_ticket() { return ++last_ticket_; }
    [[nodiscard]] Lane& lane(const std::string& pipeline) { return lanes_[pipeline]; }
    [[nodiscard]] const std::string& domain() const { return services_.domain; }

    [[nodiscard]] const SessionServices& services() const { return services_; }
    /// Octets that the bodies of one delivery may have; null: what none is open for may have.
    [[nodiscard]] std::uint64_t most_body_bytes(const Delivery* delivery) const {
        const SessionLimits& limits = services_.limits;
        if (delivery && delivery->most_bytes) return *delivery->most_bytes;
        return state == SessionState::remote ? limits.bundle_bytes : limits.message_bytes;
    }
    Output output;
    SessionState state = SessionState::unencrypted;
    std::string account;  ///< in Local: a prepared IMID; in Remote: the domain
    std::optional<Challenge> challenge;
    std::optional<ProvedPassword> password;  ///< in Local; not where a device's own secret was proved
    bool through_xmpp = false;               ///< our XMPP server says who it is; no password was proved
    TlsFacts tls;
    DeliveryId last_delivery = 0;
    WatchId last_watch = 0;
    bool input_ended = false;  ///< no command comes any more
    Compression compression = Compression::none;
    /// Compressed bodies from this client.
    std::shared_ptr<CodecRoom> unpacking = std::make_shared<CodecRoom>(kSessionCodecs);

  private:
    using Then = std::function<void(SessionCore&, const SlotPtr&, AnswerValue)>;
    struct Question {
        SlotPtr slot;
        Then then;
    };
    friend class SessionInput;
    friend class SessionWatches;

    Ticket ask_any(SlotPtr slot, Request request, Then then);
    void count_error();

    SessionServices services_;
    std::map<std::string, Lane, std::less<>> lanes_;
    std::map<Ticket, Question> questions_;
    Ticket last_ticket_ = 0;
    std::uint32_t errors_ = 0;
    bool closing_ = false;
    bool closed_ = false;
    std::optional<Error> farewell_;
};

}  // namespace immp::bridge
