#include "bridge/client/sealing.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "armor/clock.hpp"
#include "armor/key_chain.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/key_exchange.hpp"
#include "bridge/client/progress.hpp"

namespace immp::bridge::client {

namespace {

Failure with_plain(Failure failure) {
    failure.text += "; or send it readable with --plain";
    return failure;
}

/// The record to seal to; nothing where he has no key.
Outcome<std::optional<armor::Record>> key_of(Conversation& conversation, Pins& pins,
                                             const std::string& account, const std::string& owner) {
    auto finding = find_key(conversation, pins, account, owner);
    if (!finding) {
        Failure failure = std::move(finding.error());
        // Without an answer the key that is known may well be the right one: what it opens is his alone.
        const auto pin = pins.find(account, owner);
        if (failure.status != ExitStatus::temporary || !pin || !*pin)
            return std::unexpected(with_plain(std::move(failure)));
        finding = KeyFinding{KeyState::known, *pin, std::nullopt};
    }
    switch (finding->state) {
        case KeyState::none: return std::nullopt;
        case KeyState::changed:
            return std::unexpected(with_plain({ExitStatus::bad_input, changed_text(*finding), 0}));
        case KeyState::withdrawn:
            return std::unexpected(with_plain({ExitStatus::bad_input, withdrawn_text(*finding), 0}));
        case KeyState::first:
        case KeyState::known:
        case KeyState::renewed: break;
    }
    const armor::Record& record = finding->pin->record();
    if (!armor::in_force(record, armor::clock_now()))
        return std::unexpected(with_plain({ExitStatus::bad_input,
                                           "the key of " + one_line(owner) +
                                               " is over or not yet valid; ask him "
                                               "for another one (immp key rotate)",
                                           0}));
    return record;
}

/// The text first, then the attachments.
Outcome<void> each_body(const Outgoing& message, const std::function<Outcome<void>(ByteView)>& take) {
    for (std::size_t at = 0; at < message.text.size(); at += kPieceBytes)
        if (auto taken = take(as_bytes(std::string_view(message.text).substr(at, kPieceBytes))); !taken)
            return taken;
    for (const Attachment& attachment : message.attachments)
        if (auto taken = each_piece(attachment, take); !taken) return taken;
    return {};
}

SealedContent content_of(const Outgoing& message) {
    SealedContent content{message.subject, {}};
    content.parts.push_back(
        Part{std::string(kTextName), std::string(kTextType), PartClass::content, message.text.size()});
    for (const Attachment& attachment : message.attachments)
        content.parts.push_back(
            Part{attachment.name, attachment.type, PartClass::attachment, attachment.length});
    return content;
}

Failure cannot_seal(const Error& error) {
    return {ExitStatus::bad_input,
            "the message cannot be sealed (" + one_line(error.text) + "); send it in parts", 0};
}

Outcome<ContentSealer> make_sealer(const Outgoing& message, const SealPlan& plan, const OwnKey& own) {
    const SealedContent content = content_of(message);
    const auto json = sealed_content_json(content);
    if (!json) return std::unexpected(cannot_seal(json.error()));
    SealedDigest digest(*json);
    const auto read = each_body(message, [&](ByteView octets) -> Outcome<void> {
        digest.add(octets);
        return {};
    });
    if (!read) return std::unexpected(read.error());
    const auto& claims = own.record.claims();
    std::vector<SealRecipient> recipients = plan.sealed;
    if (std::ranges::find(recipients, claims.name, &SealRecipient::imid) == recipients.end())
        recipients.push_back({claims.name, own.record.fingerprint(), claims.seal});
    armor::Seal seal{message.id, claims.name, own.record, digest.digest(), {}};
    auto sealer = ContentSealer::make(std::move(seal), recipients, {own.sign, own.mixing}, content);
    if (!sealer) return std::unexpected(cannot_seal(sealer.error()));
    return std::move(*sealer);
}

Outcome<void> send_sealed(Conversation& conversation, const Outgoing& message, ContentSealer& sealer) {
    Progress progress("sealed message", sealer.length());
    const auto write = [&](const Bytes& octets) {
        progress.add(octets.size());
        return send_body_octets(conversation, as_text(octets));
    };
    const std::string command = "DATA NAME " + std::string(kSealedPart) + " TYPE " +
                                std::string(kSealedType) + " LENGTH " + std::to_string(sealer.length()) +
                                " +CONTENT";
    if (auto sent = conversation.send(command); !sent) return sent;
    if (auto ready = conversation.expect(271); !ready) return std::unexpected(ready.error());
    if (auto sent = write(sealer.begin()); !sent) return sent;
    const auto bodies = each_body(message, [&](ByteView octets) { return write(sealer.append(octets)); });
    if (!bodies) return bodies;
    for (Bytes zeros = sealer.pad(); !zeros.empty(); zeros = sealer.pad())
        if (auto sent = write(zeros); !sent) return sent;
    const auto end = sealer.finish();
    if (!end)
        return failed(ExitStatus::input_output, "an attachment changed while it was sent; send it again");
    if (auto sent = write(*end); !sent) return sent;
    if (auto sent = send_body_octets(conversation, "\n"); !sent) return sent;
    if (auto saved = conversation.expect(272); !saved) return std::unexpected(saved.error());
    return {};
}

}  // namespace

Outcome<SealPlan> plan_sealing(Conversation& conversation, Pins& pins, const std::string& account,
                               const std::vector<std::string>& recipients, SealWish wish) {
    SealPlan plan;
    for (auto next = recipients.begin(); next != recipients.end(); ++next) {
        const std::string& recipient = *next;
        if (std::find(recipients.begin(), next, recipient) != next) continue;
        const auto record = key_of(conversation, pins, account, recipient);
        if (!record) return std::unexpected(record.error());
        if (*record)
            plan.sealed.push_back({recipient, (*record)->fingerprint(), (*record)->claims().seal});
        else
            plan.plain.push_back(recipient);
    }
    if (wish == SealWish::always && !plan.plain.empty())
        return failed(ExitStatus::refused, "nothing was sent: " + one_line(plan.plain.front()) +
                                               " has no key that it could be sealed to; send it readable "
                                               "without --sealed");
    return plan;
}

Outcome<Submission> submit_sealed(Conversation& conversation, const Outgoing& message, const SealPlan& plan,
                                  const OwnKey& own) {
    auto sealer = make_sealer(message, plan, own);
    if (!sealer) return std::unexpected(sealer.error());
    Outgoing outside;
    outside.id = message.id;
    outside.subject = kSealedSubject;
    outside.importance = message.importance;
    outside.shown_to = message.shown_to;
    for (const SealRecipient& recipient : plan.sealed)
        outside.recipients.push_back(recipient.imid);
    if (auto opened = open_delivery(conversation, outside); !opened) return std::unexpected(opened.error());
    if (auto sent = send_sealed(conversation, message, *sealer); !sent) return std::unexpected(sent.error());
    return finish_delivery(conversation, message.id);
}

}  // namespace immp::bridge::client
