#include "tests/session/stage.hpp"

#include <cstdlib>
#include <type_traits>

#include "armor/base64.hpp"
#include "armor/password.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::test {
namespace {

armor::Salt test_salt() {
    armor::Salt salt{};
    for (std::size_t at = 0; at < salt.size(); ++at)
        salt[at] = static_cast<std::uint8_t>(at + 1);
    return salt;
}

SessionServices test_services(SessionLimits limits) {
    SessionServices services;
    services.domain = kDomain;
    services.limits = limits;
    services.now = [] { return Time(std::chrono::seconds(1'381'978'910)); };
    services.uuid = [] { return std::string("24c17bb6-11ef-4cfa-8c5c-440ceadc8431"); };
    return services;
}

std::string joined(const std::vector<Imid>& imids) {
    std::string list;
    for (const Imid& imid : imids)
        list += (list.empty() ? "" : ",") + imid.text();
    return list;
}

std::string describe_parts(const std::vector<SubmittedPart>& parts) {
    std::string list;
    for (const SubmittedPart& part : parts)
        list += (list.empty() ? "" : "|") + part.id + ":" + part.type +
                (part.part_class == PartClass::content ? ":content" : "") + "#" + std::to_string(part.number);
    return list;
}

std::string describe_submit(const Submit& submit) {
    std::string text = "submit " + std::to_string(submit.delivery) + " " + submit.account +
                       " to=" + joined(submit.recipients);
    if (!submit.from.empty()) text += " from=" + submit.from;
    if (!submit.id.empty()) text += " id=" + submit.id;
    if (!submit.subject.empty()) text += " subject=" + as_quoted(submit.subject);
    if (submit.expires) text += " expires=" + std::to_string(submit.expires->count());
    if (submit.importance == Importance::high) text += " high";
    if (submit.importance == Importance::low) text += " low";
    if (submit.secure) text += " secure";
    if (submit.anonymous) text += " anonymous";
    return text + " parts=" + describe_parts(submit.parts);
}

std::string describe_selector(const Selector& selector) {
    switch (selector.kind) {
        case SelectorKind::all: return "*";
        case SelectorKind::unread: return "unread";
        case SelectorKind::flagged: return "flagged";
        case SelectorKind::since: return "since=" + std::to_string(selector.since.time_since_epoch().count());
        case SelectorKind::from: return "from=" + selector.from;
        case SelectorKind::text: {
            std::string text = "text";
            for (const std::string& word : selector.words)
                text += "=" + as_token(word);
            return text;
        }
    }
    return "?";
}

struct Describe {
    std::string operator()(const LookUpCredential& r) {
        return "credential " + r.account + " " + as_quoted(r.device);
    }
    std::string operator()(const AdmitUser& r) { return "admit " + r.account; }
    std::string operator()(const RenewPassword& r) {
        return "renew " + r.account + " m=" + std::to_string(r.cost.memory_kib) +
               " t=" + std::to_string(r.cost.passes) + " proved=" + armor::encode_base64(r.proved.view()) +
               " stored=" + armor::encode_base64(r.renewed.stored_key.view()) +
               " server=" + armor::encode_base64(r.renewed.server_key.view());
    }
    std::string operator()(const RecordLogin& r) { return "login " + r.account + " " + as_quoted(r.device); }
    std::string operator()(const Submit& r) { return describe_submit(r); }
    std::string operator()(const CheckMailbox& r) {
        return "check " + r.account + " " + r.owner + r.path + " " + describe_selector(r.selector) +
               (r.recursive ? " recursive" : "");
    }
    std::string operator()(const IndexMailbox& r) {
        return "index " + r.account + " " + r.owner + r.path + " " + describe_selector(r.selector) +
               " limit=" + std::to_string(r.limit) + (r.after.empty() ? "" : " after=" + r.after);
    }
    std::string operator()(const FetchMessage& r) {
        constexpr const char* kForms[] = {"json", "pretty", "mime", "part"};
        return "fetch " + r.account + " " + r.owner + r.path + "#" + r.uuid + " " +
               kForms[static_cast<int>(r.form)] + (r.part.empty() ? "" : "=" + r.part) +
               (r.mark_read ? " read" : " keep") + (r.remove ? " remove" : "") +
               (r.compression == Compression::none ? "" : " " + std::string(compression_name(r.compression)));
    }
    std::string operator()(const AddDevice& r) {
        return "add-device " + r.account + " " + as_quoted(r.device);
    }
    std::string operator()(const ListBlocks& r) { return "list-blocks " + r.account; }
    std::string operator()(const AddBlock& r) {
        return "add-block " + r.account + " " + r.block.pattern + " " +
               std::string(action_name(r.block.action)) +
               (r.block.expires ? " for=" + std::to_string((*r.block.expires - r.block.made).count()) : "") +
               (r.block.reason.empty() ? "" : " " + as_quoted(r.block.reason));
    }
    std::string operator()(const DropBlock& r) { return "drop-block " + r.account + " " + r.pattern; }
    std::string operator()(const ListRules& r) { return "list-rules " + r.account; }
    std::string operator()(const AddRule& r) {
        const Rule& rule = r.rule;
        std::string text = "add-rule " + r.account + " " + rule.name;
        if (!r.before.empty()) text += " before=" + r.before;
        for (const auto& [key, value] :
             {std::pair("from", rule.from), std::pair("to", rule.to), std::pair("subject", rule.subject),
              std::pair("run", rule.run), std::pair("file", rule.file), std::pair("forward", rule.forward)})
            if (!value.empty()) text += std::string(" ") + key + "=" + as_token(value);
        if (rule.larger) text += " larger=" + std::to_string(*rule.larger);
        if (rule.reject) text += " reject=" + as_quoted(*rule.reject);
        return text + (rule.read ? " read" : "") + (rule.flagged ? " flagged" : "") +
               (rule.stop ? " stop" : "");
    }
    std::string operator()(const DropRule& r) { return "drop-rule " + r.account + " " + r.name; }
    std::string operator()(const ListRefused& r) { return "list-refused " + r.account; }
    std::string operator()(const ListSettings& r) { return "list-settings " + r.account; }
    std::string operator()(const ChangeSetting& r) {
        return "change-setting " + r.account + " " + r.setting.name + "=" + r.setting.value;
    }
    std::string operator()(const ListDevices& r) { return "list-devices " + r.account; }
    std::string operator()(const RevokeDevice& r) {
        return "revoke-device " + r.account + " " + as_quoted(r.device);
    }
    std::string operator()(const CreateFolder& r) { return "create " + r.account + " " + r.owner + r.path; }
    std::string operator()(const RenameFolder& r) {
        return "rename " + r.account + " " + r.owner + r.path + " to=" + r.owner + r.to;
    }
    std::string operator()(const DropFolder& r) {
        return "drop-folder " + r.account + " " + r.owner + r.path;
    }
    std::string operator()(const ListFolders& r) {
        return "list " + r.account + (r.owner.empty() && r.path.empty() ? "" : " " + r.owner + r.path);
    }
    std::string operator()(const PlaceMessage& r) {
        return (r.how == Placing::move ? "move " : "copy ") + r.account + " " + r.owner + r.path + "#" +
               r.uuid + " to=" + r.to_owner + r.to;
    }
    std::string operator()(const FlagMessage& r) {
        return "flag " + r.account + " " + r.owner + r.path + "#" + r.uuid +
               (r.read ? *r.read ? " +read" : " -read" : "") +
               (r.flagged ? *r.flagged ? " +flagged" : " -flagged" : "");
    }
    std::string operator()(const RemoveMessage& r) {
        return "remove " + r.account + " " + r.owner + r.path + "#" + r.uuid;
    }
    std::string operator()(const AskQuota& r) {
        return "quota " + r.account + (r.owner.empty() ? "" : " " + r.owner);
    }
    std::string operator()(const CommitLease& r) { return "commit " + r.account + " " + r.lease; }
    std::string operator()(const WatchFolder& r) {
        return "watch " + std::to_string(r.watch) + " " + r.account + " " + r.owner + r.path;
    }
    std::string operator()(const ShareMailbox& r) {
        return "share " + r.account + " " + r.owner + r.path + " " + r.member + " " + rights_text(r.rights);
    }
    std::string operator()(const ListShares& r) { return "shares " + r.account + " " + r.owner + r.path; }
    std::string operator()(const ListHeldShares& r) { return "held-shares " + r.account; }
    std::string operator()(const EndWatch& r) { return "end-watch " + std::to_string(r.watch); }
    std::string operator()(const FindKeys& r) {
        return "keys " + r.origin + " " + r.owner.text() + (r.history ? " history" : "");
    }
    std::string operator()(const ConfirmCookie& r) {
        return "confirm-cookie " + r.issuer + " " + r.cookie + " cb=" + armor::encode_base64(r.binding);
    }
    std::string operator()(const CheckCookie& r) {
        return "check-cookie " + r.cookie + " " + r.receiver + " cb=" + armor::encode_base64(r.binding);
    }
    std::string operator()(const TakeBundle& r) {
        return "take-bundle " + std::to_string(r.delivery) + " " + r.origin + " to=" + r.destination + " " +
               std::to_string(r.part);
    }
    std::string operator()(const TakeReceipt& r) {
        return "take-receipt " + std::to_string(r.delivery) + " " + r.origin + " " + std::to_string(r.part);
    }
    std::string operator()(const PushMessage& r) {
        constexpr const char* kEntries[] = {"account", "domain", "stranger"};
        std::string text = "push " + std::to_string(r.delivery) + " " + kEntries[static_cast<int>(r.entry)] +
                           (r.who.empty() ? "" : " " + r.who) + " from=" + r.publisher +
                           " to=" + r.recipient.text();
        if (!r.id.empty()) text += " id=" + r.id;
        if (!r.token.empty()) text += " token=" + r.token;
        text += " ttl=" + std::to_string(r.ttl.count());
        if (r.importance == Importance::high) text += " important";
        for (const PushAction& action : r.actions)
            text += " action=" + as_quoted(action.label) + "," + action.uri;
        return text + " " + as_token(r.part_name) + "(" + std::to_string(r.part) + "," + r.part_type + ")";
    }
    std::string operator()(const AnswerPush& r) {
        return "answer-push " + r.account + " " + r.uuid + " " + as_quoted(r.label);
    }
    std::string operator()(const MintToken& r) {
        return "mint " + r.account + (r.publisher.empty() ? "" : " for=" + r.publisher) +
               " uses=" + std::to_string(r.uses) + " ttl=" + std::to_string(r.ttl.count());
    }
    std::string operator()(const ListPushSources& r) { return "list-pushes " + r.account; }
    std::string operator()(const JudgePushSource& r) {
        constexpr const char* kDecisions[] = {"approve-push ", "block-push ", "forget-push "};
        return kDecisions[static_cast<int>(r.decision)] + r.account + " " + r.source;
    }
    std::string operator()(const PublishKey& r) {
        return "publish-key " + std::to_string(r.delivery) + " " + r.account + " " + std::to_string(r.part);
    }
    std::string operator()(const CreateNode& r) {
        return "create-node " + r.account + " " + r.node.text() + " " + as_quoted(r.title) + " " +
               as_quoted(r.description) + (r.is_open ? " open" : " closed");
    }
    std::string operator()(const PublishItem& r) {
        return "publish-item " + std::to_string(r.delivery) + " " + r.account + " " + r.node.text() +
               (r.id.empty() ? "" : " id=" + r.id) + " " + as_quoted(r.subject) +
               " part=" + std::to_string(r.part) + ":" + r.part_name + ":" + r.part_type;
    }
    std::string operator()(const ListNodes& r) {
        return "list-nodes " + r.account + (r.node ? " " + r.node->text() : "");
    }
    std::string operator()(const DecidePerson& r) {
        return "decide " + r.account + " " + r.node.text() + " " + r.person.text() + " " +
               std::string(node_admission_text(r.decision));
    }
    std::string operator()(const DropNode& r) { return "drop-node " + r.account + " " + r.node.text(); }
    std::string operator()(const Subscribe& r) { return "subscribe " + r.account + " " + r.node.text(); }
    std::string operator()(const ListSubscriptions& r) { return "list-subscriptions " + r.account; }
    std::string operator()(const Unsubscribe& r) {
        return "unsubscribe " + r.account + " " + (r.uuid.empty() ? r.node.text() : r.uuid);
    }
};

}  // namespace

std::string TestSource::next(std::size_t bytes) {
    std::string piece = octets_.substr(std::min(read_, octets_.size()), bytes);
    read_ += piece.size();
    return piece;
}

// Argon2id once a process: it is dear by design.
const armor::StretchedPassword& test_password() {
    static const armor::StretchedPassword h = [] {
        auto stretched = armor::stretch(armor::SecretText(std::string(kPassword)), test_salt(), {});
        if (!stretched) std::abort();
        return *std::move(stretched);
    }();
    return h;
}

Credential test_credential() {
    return {{}, test_salt(), armor::scram_keys(test_password())};
}

Bytes test_exporter() {
    return Bytes(32, 0xcb);
}

std::string scram_response(const std::string& account, const std::string& device,
                           const std::string& challenge, const std::string& binding) {
    const std::string text = armor::auth_message({account, device, challenge, std::string(kNonce), binding});
    const armor::ScramProof proof = armor::client_proof(test_password(), text);
    return "SCRAM " + armor::encode_base64(proof) + " NONCE " + std::string(kNonce) +
           (binding.empty() ? "" : " CB " + binding);
}

std::string describe(const Request& request) {
    return std::visit(Describe{}, request);
}

Stage::Stage(ListenerKind kind, SessionLimits limits)
    : kind_(kind), session_(std::make_unique<Session>(kind, test_services(limits))) {}

void Stage::start() {
    carry_out(kind_ == ListenerKind::xmpp ? session_->enter(std::string(kAccount)) : session_->start());
}

void Stage::receive(std::string_view octets) {
    waiting_ += octets;
    settle();
}

void Stage::establish_tls(bool with_exporter) {
    TlsFacts facts;
    if (with_exporter) facts.exporter = test_exporter();
    carry_out(session_->tls_established(facts));
}

void Stage::log_in(const std::string& device) {
    start();
    receive("UPGRADE TLS3\n");
    establish_tls(true);
    sent.clear();
    receive("AUTH SECRET " + std::string(kAccount) + (device.empty() ? "" : " " + as_quoted(device)) + "\n");
    answer(0, test_credential());
    const std::size_t at = sent.find("n1=");
    const std::string challenge = sent.substr(at, sent.find('\n', at) - at);
    receive("AUTH RESPONSE " + scram_response(std::string(kAccount), device, challenge, "") + "\n");
    answer(0, Done{});
    sent.clear();
    events.clear();
}

void Stage::answer(std::size_t question, Answer answer) {
    const auto at = questions_.begin() + static_cast<std::ptrdiff_t>(question);
    const Ticket ticket = *at;
    questions_.erase(at);
    carry_out(session_->answered(ticket, std::move(answer)));
}

void Stage::carry_out(Actions actions) {
    for (Action& action : actions)
        carry_out(action);
    settle();
}

void Stage::carry_out(Action& action) {
    if (auto* send = std::get_if<Send>(&action)) {
        sent += send->octets;
        owes_drained_ = true;
    } else if (auto* tls = std::get_if<StartTls>(&action)) {
        events.push_back(tls->version == TlsVersion::tls1_3 ? "tls 1.3" : "tls 1.2");
    } else if (std::holds_alternative<Close>(action)) {
        events.push_back("close");
    } else if (auto* ask = std::get_if<Ask>(&action)) {
        events.push_back("ask: " + describe(ask->request));
        questions_.push_back(ask->ticket);
    } else if (auto* octets = std::get_if<PartOctets>(&action)) {
        parts[std::to_string(octets->delivery) + "." + std::to_string(octets->part)] += octets->octets;
    } else if (auto* refused = std::get_if<DropPart>(&action)) {
        parts[std::to_string(refused->delivery) + "." + std::to_string(refused->part)].clear();
    } else if (auto* drop = std::get_if<DropDelivery>(&action)) {
        events.push_back("drop " + std::to_string(drop->delivery));
    } else if (auto* pull = std::get_if<Pull>(&action)) {
        pulls_.push_back(std::move(*pull));
    }
}

// The driver's loop: everything that can go on goes on.
void Stage::settle() {
    while (true) {
        if (owes_drained_ && drains) {
            owes_drained_ = false;
            for (Action& action : session_->drained())
                carry_out(action);
        } else if (!pulls_.empty() && pulls) {
            const Pull pull = std::move(pulls_.front());
            pulls_.pop_front();
            auto& source = static_cast<TestSource&>(*pull.source);
            for (Action& action : session_->pulled(pull.ticket, source.next(piece_bytes)))
                carry_out(action);
        } else if (!questions_.empty() && !prepared.empty()) {
            const Ticket ticket = questions_.front();
            questions_.pop_front();
            Answer answer = std::move(prepared.front());
            prepared.pop_front();
            for (Action& action : session_->answered(ticket, std::move(answer)))
                carry_out(action);
        } else if (session_->has_work()) {
            for (Action& action : session_->receive({}))
                carry_out(action);
        } else if (!waiting_.empty() && session_->wants_input()) {
            for (Action& action : session_->receive(std::exchange(waiting_, {})))
                carry_out(action);
        } else {
            unread = waiting_.size();
            return;
        }
    }
}

}  // namespace immp::bridge::test
