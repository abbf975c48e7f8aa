#include "bridge/node/pushing.hpp"

#include <algorithm>
#include <optional>

#include "armor/json_line.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/publisher.hpp"
#include "bridge/node/push_drop.hpp"
#include "bridge/node/queueing.hpp"
#include "bridge/node/repeat.hpp"
#include "bridge/node/services.hpp"
#include "bridge/node/submission.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr std::string_view kAnswerType = "text/plain; charset=utf-8";

/// What makes a repeated `ID` the same push: all that was said.
armor::Digest push_digest(const PushMessage& push, const StagedBody& content) {
    armor::JsonWriter json;
    json.text("from", push.publisher).text("to", push.recipient.text()).text("token", push.token);
    json.number("ttl", static_cast<std::uint64_t>(push.ttl.count()));
    json.number("importance", static_cast<std::uint64_t>(push.importance));
    std::vector<std::string> actions;
    for (const PushAction& action : push.actions)
        actions.insert(actions.end(), {action.label, action.uri});
    json.json("actions", armor::json_texts(actions));
    json.text("name", push.part_name).text("type", push.part_type);
    armor::Hasher hasher("IMMP1 pushed");
    hasher.add(json.line());
    hasher.add(ByteView(content.digest));
    return hasher.digest();
}

/// One push on its way, in one transaction.
class Pushing {
  public:
    Pushing(Transaction& transaction, const PushMessage& push, const StagedBody& content,
            const PushContext& context)
        : transaction_(transaction),
          push_(push),
          context_(context),
          digest_(push_digest(push, content)),
          bodies_{content} {}

    Result<SentOut> run(const std::string& in_reply_to) {
        if (auto begun = begin(); !begun) return std::unexpected(std::move(begun.error()));
        compose(in_reply_to);
        auto sent = push_.recipient.domain == context_.domain ? drop() : enqueue();
        if (!sent) return sent;
        if (auto kept = record(); !kept) return std::unexpected(std::move(kept.error()));
        return sent;
    }

  private:
    Result<void> begin() {
        if (push_.entry == PushEntry::account) return begin_of_account();
        if (auto fresh = check_delivered(); !fresh) return fresh;
        if (push_.entry == PushEntry::stranger) return {};
        if (const auto pause = context_.domain_rate->take(push_.who, 1, context_.now))
            return fail_for_now(429, "Your domain sent too much; try again later", *pause);
        return {};
    }

    Result<void> begin_of_account() {
        const auto account = session_account(transaction_, push_.who);
        if (!account) return std::unexpected(account.error());
        account_ = *account;
        if (auto fresh = check_repeat(transaction_, account_, push_.id, digest_); !fresh) return fresh;
        const auto name = parse_imid(push_.publisher);
        if (!name) return std::unexpected(name.error());
        auto publisher = publisher_of(transaction_, context_.domain, push_.who, *name);
        if (!publisher) return std::unexpected(std::move(publisher.error()));
        if (!publisher->seat.empty() && publisher->seat + "@" + name->domain != push_.who)
            return fail(403, "This is another's seat");
        publisher_ = *std::move(publisher);
        if (const auto pause = context_.sender_rate->take(push_.who, 1, context_.now))
            return fail_for_now(429, "You wrote to too many; try again later", *pause);
        return {};
    }

    /// By the ID of another domain's server, or of a stranger, who shows by the token within the digest that
    /// it was he. What a stranger's ID was used for else is not told: his token decides.
    Result<void> check_delivered() {
        if (push_.id.empty()) return {};
        const auto before =
            transaction_.mailboxes().delivered(push_.who, push_.publisher, push_.id, push_.recipient.text());
        if (!before) return std::unexpected(before.error());
        if (!*before) return {};
        if ((*before)->digest == digest_) return fail(409, push_.id);
        is_used_ = true;
        if (push_.entry == PushEntry::stranger) return {};
        return id_used();
    }

    static std::unexpected<Error> id_used() { return fail(452, "This ID was used for another push"); }

    void compose(const std::string& in_reply_to) {
        Envelope& envelope = message_.envelope;
        envelope.kind = Kind::push;
        envelope.id = push_.id.empty() ? context_.uuid() : push_.id;
        const bool is_known = push_.entry != PushEntry::stranger;
        envelope.from = is_known ? push_.publisher : context_.domain;
        if (!is_known) envelope.original_from = push_.publisher;
        envelope.to = {push_.recipient.text()};
        envelope.date = context_.now;
        envelope.expires = context_.now + push_.ttl;
        envelope.importance = push_.importance;
        envelope.in_reply_to = in_reply_to;
        envelope.actions = push_.actions;
        envelope.received = {{context_.domain, context_.now}};
        add_part({push_.part_name, push_.part_type, PartClass::content}, bodies_.front());
        if (const std::string metadata = metadata_json(envelope); !metadata.empty()) {
            bodies_.push_back(staged_text(metadata));
            const std::string name = push_.part_name == "metadata" ? "metadata-2" : "metadata";
            add_part({name, std::string(kMetadataType), PartClass::attachment}, bodies_.back());
        }
    }

    void add_part(Part part, const StagedBody& body) {
        part.length = body.length;
        part.digest = body.digest;
        message_.parts.push_back(std::move(part));
    }

    Result<SentOut> drop() {
        PushDrop drop(transaction_, message_, bodies_, context_);
        const auto outcome =
            drop.drop(push_.recipient, {push_.entry, push_.who, push_.publisher, push_.token});
        if (!outcome) return std::unexpected(outcome.error());
        if (outcome->code >= 400) {
            Error refused = refusal(outcome->code);
            refused.retry = outcome->retry;
            return std::unexpected(std::move(refused));
        }
        if (is_used_) return id_used();
        return SentOut{{outcome->code, message_.envelope.id}, {}};
    }

    Result<SentOut> enqueue() {
        const auto octets = travelling_octets(message_, push_.recipient);
        if (!octets) return std::unexpected(octets.error());
        PushDrop drop(transaction_, message_, bodies_, context_);
        const auto stored = drop.stored();
        if (!stored) return std::unexpected(stored.error());
        auto queued = queue_mail(transaction_, *stored, *octets, publisher_.name, push_.recipient,
                                 context_.now, push_.token);
        if (!queued) return std::unexpected(std::move(queued.error()));
        return SentOut{{265, message_.envelope.id}, push_.recipient.domain};
    }

    /// What makes a repetition known, and lets the answer in.
    Result<void> record() {
        const std::string& id = message_.envelope.id;
        if (push_.entry != PushEntry::account) {
            // Another domain's always, so that what is thrown away takes a sync's time, too.
            if (push_.id.empty() && push_.entry == PushEntry::stranger) return {};
            return transaction_.mailboxes().record_delivered(
                push_.who, push_.publisher, id, push_.recipient.text(), {digest_, 265}, context_.now);
        }
        auto kept = transaction_.mailboxes().record_submission(account_, id, digest_, context_.now);
        if (!kept || push_.actions.empty()) return kept;
        SentPush sent{id, push_.recipient.account(), {}, *message_.envelope.expires};
        for (const PushAction& action : push_.actions)
            sent.labels.push_back(action.label);
        return transaction_.pushes().keep_sent(publisher_.mailbox, sent);
    }

    Transaction& transaction_;
    const PushMessage& push_;
    const PushContext& context_;
    const armor::Digest digest_;
    std::vector<StagedBody> bodies_;
    Message message_;
    AccountId account_ = 0;
    Publisher publisher_;
    bool is_used_ = false;  ///< the ID, for another push
};

/// The push in the account's /PUSH.
struct Answered {
    Site site;
    MessageId number = 0;
    Envelope envelope;
};

Result<Answered> find_push(Transaction& transaction, const AnswerPush& answer) {
    auto site = site_of(transaction, answer.account, "", std::string(kPushFolder), Right::read);
    if (!site && site.error().code == 404) return fail(404, "No such push");
    if (!site) return std::unexpected(std::move(site.error()));
    const auto reference = transaction.mailboxes().find(site->view(), answer.uuid);
    if (!reference) return std::unexpected(reference.error());
    if (!*reference) return fail(404, "No such push");
    const auto message = transaction.mailboxes().message((*reference)->message);
    if (!message) return std::unexpected(message.error());
    if (!*message || (*message)->envelope.kind != Kind::push) return fail(404, "No such push");
    return Answered{*std::move(site), (*reference)->message, (*message)->envelope};
}

/// 404 no such action, 403 not verified, 410 too late, 409 with the UUID of the answer that was sent.
Result<void> check_answer(Transaction& transaction, const Answered& push, const AnswerPush& answer,
                          Time now) {
    const Envelope& envelope = push.envelope;
    if (std::ranges::find(envelope.actions, answer.label, &PushAction::label) == envelope.actions.end())
        return fail(404, "The push has no such action");
    if (!envelope.original_from.empty())
        return fail(403, "Nobody has verified who sent this push: it cannot be answered");
    if (envelope.expires.value_or(now) <= now) return fail(410, "The time of this push is over");
    const auto note = transaction.pushes().note(push.site.reach.owner, push.number);
    if (!note) return std::unexpected(note.error());
    if (!*note) return fail(404, "No such push");
    if (!(*note)->answer.empty()) return fail(409, (*note)->answer);
    return {};
}

}  // namespace

PushContext push_context(const NodeServices& services) {
    return {drop_context(services), services.sender_rate, services.domain_rate};
}

Result<SentOut> push_message(Transaction& transaction, const PushMessage& push, const StagedBody& content,
                             const PushContext& context) {
    return Pushing(transaction, push, content, context).run("");
}

Result<SentOut> answer_push(Transaction& transaction, const AnswerPush& answer, const PushContext& context) {
    const auto push = find_push(transaction, answer);
    if (!push) return std::unexpected(push.error());
    if (auto fits = check_answer(transaction, *push, answer, context.now); !fits)
        return std::unexpected(std::move(fits.error()));
    const auto publisher = parse_imid(push->envelope.from);
    if (!publisher) return std::unexpected(publisher.error());
    PushMessage reply;
    reply.who = reply.publisher = answer.account;
    reply.recipient = *publisher;
    reply.id = context.uuid();
    reply.ttl = *push->envelope.expires - context.now;
    reply.part_name = "answer";
    reply.part_type = kAnswerType;
    auto sent = Pushing(transaction, reply, staged_text(answer.label), context).run(push->envelope.id);
    if (!sent) return sent;
    auto noted = transaction.pushes().note_answer(push->site.reach.owner, push->number, sent->pushed.id);
    if (noted) noted = transaction.mailboxes().mark(push->site.view(), answer.uuid, Mark::read);
    if (!noted) return std::unexpected(std::move(noted.error()));
    return sent;
}

}  // namespace immp::bridge
