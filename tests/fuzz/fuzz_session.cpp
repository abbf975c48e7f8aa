// layer: session
// A logged-in session, fed whole and in pieces (the first octet says how long). Every question is answered,
// the second octet says with what: so at the end it wants more input, or it closed. What it sends
// does not depend on the pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "armor/base64.hpp"
#include "bridge/session/session.hpp"

namespace {

using namespace immp;
using namespace immp::bridge;

class Source : public BodySource {
  public:
    [[nodiscard]] std::uint64_t length() const override { return 150; }
    std::string next() {
        const std::string piece(std::min<std::size_t>(left_, 100), 'x');
        left_ -= piece.size();
        return piece;
    }

  private:
    std::size_t left_ = 150;
};

armor::ScramKeys keys() {
    return armor::scram_keys(armor::StretchedPassword());
}

/// The driver and the node in one: everything is answered at once, but in the order of the actions.
class Stage {
  public:
    explicit Stage(std::uint8_t mood) : mood_(mood), session_(ListenerKind::immediate, services()) {
        take(session_.start());
        take(session_.tls_established({TlsVersion::tls1_3, Bytes(32)}));
        if (mood >= 0x80)
            prove_name();
        else
            log_in();
        sent_.clear();
    }

    void feed(std::string_view octets) {
        waiting_ += octets;
        settle();
    }
    /// What was sent since the login.
    [[nodiscard]] const std::string& sent() const { return sent_; }
    void expect_alive() const {
        if (closed_ == session_.wants_input()) std::abort();
    }

  private:
    void log_in() {
        feed("AUTH SECRET alice@a.example\n");
        const std::size_t at = sent_.find("n1=");
        const std::string challenge = sent_.substr(at, sent_.find('\n', at) - at);
        const std::string nonce = "AAECAwQFBgcICQoLDA0ODxAR";
        const std::string text = armor::auth_message({"alice@a.example", "", challenge, nonce, ""});
        const auto proof = armor::client_proof(armor::StretchedPassword(), text);
        feed("AUTH RESPONSE SCRAM " + armor::encode_base64(proof) + " NONCE " + nonce + "\n");
        if (session_.state() != SessionState::local) std::abort();
    }

    void prove_name() {
        feed("AUTH COOKIE " + std::string(64, '0') + " b.example\n");
        if (session_.state() != SessionState::remote) std::abort();
    }

    static SessionServices services() {
        SessionServices services;
        services.domain = "a.example";
        services.limits.message_bytes = 1'000;
        services.limits.bundle_bytes = 2'000;
        services.limits.recipients = 3;
        services.limits.parts = 3;
        services.now = [] { return Time(std::chrono::seconds(1'381'978'910)); };
        services.uuid = [] { return std::string("24c17bb6-11ef-4cfa-8c5c-440ceadc8431"); };
        return services;
    }

    void take(Actions actions) {
        for (Action& action : actions) {
            if (closed_) std::abort();
            if (auto* send = std::get_if<Send>(&action)) sent_ += send->octets;
            closed_ |= std::holds_alternative<Close>(action);
            if (std::holds_alternative<Ask>(action) || std::holds_alternative<Pull>(action))
                work_.push_back(std::move(action));
        }
        drain_ = true;
    }

    void settle() {
        while (true) {
            if (!work_.empty()) {
                Action action = std::move(work_.front());
                work_.pop_front();
                if (auto* ask = std::get_if<Ask>(&action))
                    take(session_.answered(ask->ticket, answer(ask->request)));
                if (auto* pull = std::get_if<Pull>(&action))
                    take(session_.pulled(pull->ticket, static_cast<Source&>(*pull->source).next()));
            } else if (std::exchange(drain_, false)) {
                for (Actions actions = session_.drained(); !actions.empty(); actions.clear())
                    take(std::move(actions));
            } else if (session_.has_work()) {
                take(session_.receive({}));
            } else if (!waiting_.empty() && session_.wants_input()) {
                take(session_.receive(std::exchange(waiting_, {})));
            } else {
                return;
            }
        }
    }

    Answer answer(const Request& request) {
        if (std::holds_alternative<LookUpCredential>(request)) return Credential{{}, {}, keys()};
        if (session_.state() != SessionState::unauthenticated && mood_ % 4 == 1) return fail(404, "no");
        if (const auto* submit = std::get_if<Submit>(&request)) {
            Submitted submitted{"24c17bb6-11ef-4cfa-8c5c-440ceadc8431", {}};
            for (const Imid& imid : submit->recipients)
                submitted.outcomes.push_back({imid.text(), mood_ % 2 ? 451 : 273, "", {}});
            return submitted;
        }
        if (std::holds_alternative<TakeBundle>(request))
            return TakenBundle{"24c17bb6-11ef-4cfa-8c5c-440ceadc8431", std::string(mood_ % 3 * 60'000, 'r')};
        if (std::holds_alternative<CheckMailbox>(request)) return MailboxStatus{{"/INBOX", 1, 2}};
        if (std::holds_alternative<IndexMailbox>(request)) return IndexPage{};
        if (std::holds_alternative<FetchMessage>(request))
            return Fetched{std::make_shared<Source>(), "text/plain", mood_ % 3 ? "" : "0123456789abcdef", {}};
        if (const auto* watch = std::get_if<WatchFolder>(&request)) {
            // Told once; then the folder is gone, or this would go on for ever.
            if (!watched_.insert(watch->watch).second) return fail(404, "gone");
            return MailboxStatus{{"/INBOX", 1, 2}};
        }
        if (std::holds_alternative<PushMessage>(request) || std::holds_alternative<AnswerPush>(request))
            return Pushed{mood_ % 2 ? 265 : 266, "24c17bb6-11ef-4cfa-8c5c-440ceadc8431"};
        if (std::holds_alternative<MintToken>(request)) return MintedToken{std::string(43, 'x'), {}};
        if (std::holds_alternative<ListPushSources>(request))
            return PushSourceList{{"bob@b.example", PushStanding::blocked, {}, 0},
                                  {"dave@b.example", std::nullopt, {}, 2, "\x01 \"text\""}};
        if (std::holds_alternative<ListFolders>(request)) return MailboxStatus{{"/INBOX", 1, 2}};
        if (std::holds_alternative<FlagMessage>(request)) return MessageFlags{{"read"}};
        if (std::holds_alternative<AskQuota>(request)) return QuotaStatus{1, 2};
        if (std::holds_alternative<DropFolder>(request) || std::holds_alternative<RemoveMessage>(request))
            return Removed{"/TRASH"};
        if (std::holds_alternative<CreateFolder>(request) || std::holds_alternative<RenameFolder>(request) ||
            std::holds_alternative<PlaceMessage>(request))
            return FolderPath{"/INBOX"};
        if (std::holds_alternative<AddDevice>(request)) return DeviceSecret{"secret"};
        if (std::holds_alternative<ListDevices>(request)) return DeviceList{};
        if (std::holds_alternative<FindKeys>(request)) return KeyRecords{"b.example", {{"00ff", "record"}}};
        if (std::holds_alternative<PublishKey>(request)) return PublishedKey{"00ff"};
        if (std::holds_alternative<ListBlocks>(request)) return BlockList{};
        if (std::holds_alternative<ListRefused>(request)) return RefusedList{};
        if (const auto* share = std::get_if<ShareMailbox>(&request))
            return Shared{share->rights, "x/y@a.example"};
        if (std::holds_alternative<ListShares>(request) || std::holds_alternative<ListHeldShares>(request))
            return ShareList{{"bob@a.example", Rights::all()}};
        if (std::holds_alternative<ListSettings>(request)) return SettingList{{"LANGUAGE", "de"}};
        return Done{};
    }

    const std::uint8_t mood_;
    Session session_;
    std::string sent_;
    std::string waiting_;
    std::deque<Action> work_;
    std::set<WatchId> watched_;
    bool drain_ = false;
    bool closed_ = false;
};

bool has_pipelines(std::string_view octets) {
    const auto same = [](char a, char b) { return (a | 0x20) == b; };
    return !std::ranges::search(octets, std::string_view("as"), same).empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);
    Stage whole(data[1]);
    whole.feed(octets);
    Stage pieces(data[1]);
    for (std::size_t at = 0; at < octets.size(); at += 1u + data[0])
        pieces.feed(octets.substr(at, 1u + data[0]));
    whole.expect_alive();
    pieces.expect_alive();
    // Pipelines (AS) overtake one another.
    if (!has_pipelines(octets) && pieces.sent() != whole.sent()) std::abort();
    return 0;
}
