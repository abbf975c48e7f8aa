#include "bridge/client/sealed_message.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/key_exchange.hpp"
#include "bridge/client/progress.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kNotVerified = "this message is sealed, and not to be believed: ";

/// One line for what the opener found, by its code (docs/envelope.md, 8.2).
Failure told(const Error& error, const std::string& account) {
    const std::string why = one_line(error.text);
    if (error.code == 423 && error.text == "sealed to no key of ours")
        return {ExitStatus::configuration,
                "this message is sealed to a key of " + account +
                    " that is not on this device; bring it from the "
                    "device that made it: immp key export there, immp key import here",
                0};
    const bool is_another_s = error.code == 403 || error.code == 424;
    return {ExitStatus::bad_input,
            std::string(kNotVerified) + why +
                (is_another_s ? "; somebody else sent it on or again, ask the sender"
                              : "; it was changed or damaged on the way, ask the sender to send it again"),
            0};
}

std::vector<armor::HeldSeal> held_seals(const KeyRing& ring) {
    std::vector<armor::HeldSeal> held;
    for (const OwnKey& key : ring)
        held.push_back({key.record.fingerprint(), {key.seal.open, key.seal.secret.clone()}});
    return held;
}

bool signs_under(const std::vector<armor::Record>& chain, const armor::SigningPublic& sign) {
    return std::ranges::any_of(chain,
                               [&](const armor::Record& record) { return record.claims().sign == sign; });
}

std::optional<SealedBy> own_word(const SealReader& reader, const armor::Seal& seal) {
    if (seal.from != reader.account) return std::nullopt;
    for (const OwnKey& key : reader.ring)
        if (key.record.claims().sign == seal.record->claims().sign)
            return SealedBy{seal.from, key.record.fingerprint(), true, false, true};
    return std::nullopt;
}

/// The pin of the sender, by what his domain says now where that can be asked.
Outcome<std::optional<Pin>> pin_of(Conversation& conversation, SealReader& reader, const armor::Seal& seal) {
    auto finding = find_key(conversation, reader.pins, reader.account, seal.from);
    if (!finding) {
        auto known = reader.pins.find(reader.account, seal.from);
        const bool helps = finding.error().status == ExitStatus::temporary && known && *known;
        if (!helps) return std::unexpected(std::move(finding.error()));
        return known;
    }
    if (finding->state == KeyState::changed && finding->offered->claims().sign == seal.record->claims().sign)
        return failed(ExitStatus::bad_input, std::string(kNotVerified) + changed_text(*finding));
    return std::move(finding->pin);
}

/// The pin itself, or the one that the record which came with the message takes the place of: a domain's
/// answers may be an hour old.
Outcome<std::optional<Pin>> pin_with(Pins& pins, std::optional<Pin> pin, const armor::Record& came) {
    if (!pin || signs_under(pin->chain, came.claims().sign)) return pin;
    const std::string account = pin->account;
    const std::string owner = pin->owner;
    auto renewed = judge_key(account, owner, std::move(pin), {came});
    if (renewed.state != KeyState::renewed) return std::nullopt;
    if (auto saved = pins.save(*renewed.pin); !saved) return std::unexpected(saved.error());
    return std::move(renewed.pin);
}

/// Step 11: the signing key is one of the sender's that we believe.
Outcome<SealedBy> judge_signer(Conversation& conversation, SealReader& reader, const armor::Seal& seal) {
    if (auto own = own_word(reader, seal)) return std::move(*own);
    auto known = pin_of(conversation, reader, seal);
    if (!known) return std::unexpected(known.error());
    const auto pin = pin_with(reader.pins, std::move(*known), *seal.record);
    if (!pin) return std::unexpected(pin.error());
    const auto& sign = seal.record->claims().sign;
    if (!*pin || !signs_under((*pin)->chain, sign))
        return failed(ExitStatus::bad_input, std::string(kNotVerified) +
                                                 "it is signed by a key that is not known to be the one of " +
                                                 one_line(seal.from) + "; compare keys: immp key verify " +
                                                 one_line(seal.from));
    return SealedBy{seal.from, (*pin)->record().fingerprint(), (*pin)->compared,
                    (*pin)->record().claims().sign != sign, false};
}

/// What stands outside: the same id and sender, and nothing beside the seal that could pass for its content.
Outcome<void> check_outside(const OpenedMessage& message, const armor::Seal& seal,
                            const std::string& account) {
    if (const auto same = check_envelope(seal, message.envelope_id, message.from); !same)
        return std::unexpected(told(same.error(), account));
    const auto belongs = [](const MessagePart& part) { return part.content || is_metadata_type(part.type); };
    if (std::ranges::all_of(message.parts, belongs)) return {};
    return failed(
        ExitStatus::bad_input,
        std::string(kNotVerified) +
            "it has parts that are not sealed, which no sender adds; ask the sender to send it again");
}

/// Fetches and opens a sealed part; `sink` fails with what it wants to fail with here.
Outcome<ContentOpener> open_content(Conversation& conversation, const SealReader& reader,
                                    const std::string& folder, const std::string& id, const std::string& part,
                                    const SealedPlainReader::Sink& sink) {
    const auto held = held_seals(reader.ring);
    std::optional<ContentOpener> opener;
    std::optional<Failure> wrong;
    std::optional<Progress> progress;
    const auto begin = [&](const PartHeader& header) {
        opener.emplace(header.length, reader.account, held, sink);
        progress.emplace("sealed message", header.length);
    };
    // The body is read to its end in any case: the session goes on behind it.
    const auto take = [&](std::string_view octets) -> Outcome<void> {
        progress->add(octets.size());
        if (wrong) return {};
        if (const auto taken = opener->append(as_bytes(octets)); !taken)
            wrong = told(taken.error(), reader.account);
        return {};
    };
    const auto got = fetch_part(conversation, folder, id, part, begin, take);
    if (!got) return std::unexpected(got.error());
    if (wrong) return std::unexpected(std::move(*wrong));
    if (const auto whole = opener->finish(); !whole)
        return std::unexpected(told(whole.error(), reader.account));
    return std::move(*opener);
}

}  // namespace

std::string SealedBy::text() const {
    return one_line(sender) + ", key " + fingerprint_groups(fingerprint) +
           (self       ? " (you)"
            : compared ? " (compared)"
                       : " (not compared yet: immp key verify)") +
           (former ? ", by a key that was replaced since" : "");
}

Outcome<SealReader> seal_reader(const Context& context) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    auto ring = OwnKeys(context.folder).of(account->account);
    if (!ring) return std::unexpected(ring.error());
    return SealReader{account->account, std::move(*ring), Pins(context.folder)};
}

const MessagePart* sealed_part(const OpenedMessage& message) {
    const auto content = std::ranges::find_if(message.parts, &MessagePart::content);
    if (content == message.parts.end()) return nullptr;
    const std::string type = to_upper(std::string_view(content->type).substr(0, content->type.find(';')));
    return type == to_upper(kSealedType) ? &*content : nullptr;
}

Outcome<SealedBy> unseal(Conversation& conversation, SealReader& reader, const std::string& folder,
                         OpenedMessage& message) {
    std::optional<std::string> text;
    const auto keep = [&](const Part& part, ByteView octets) -> Result<void> {
        if (part.part_class != PartClass::content || !part.type.starts_with("text/")) return {};
        if (!text) text.emplace();
        *text += as_text(octets.first(std::min(octets.size(), kShownBytes - text->size())));
        return {};
    };
    const auto opener =
        open_content(conversation, reader, folder, message.id, sealed_part(message)->id, keep);
    if (!opener) return std::unexpected(opener.error());
    if (auto same = check_outside(message, opener->seal(), reader.account); !same)
        return std::unexpected(same.error());
    auto by = judge_signer(conversation, reader, opener->seal());
    if (!by) return by;
    message.subject = opener->content().subject;
    message.parts.clear();
    for (const Part& part : opener->content().parts) {
        const bool content = part.part_class == PartClass::content;
        message.parts.push_back({part.id, part.type, part.length, content});
        if (content) message.text_cut = text && text->size() < part.length;
    }
    message.text = std::move(text);
    return by;
}

Outcome<std::optional<PartHeader>> unseal_part(Conversation& conversation, SealReader& reader,
                                               const std::string& folder, const std::string& id,
                                               const std::string& part, const Conversation::Sink& sink) {
    std::optional<Failure> broke;
    const auto hand_on = [&](const Part& one, ByteView octets) -> Result<void> {
        if (one.id != part || broke) return {};
        if (auto taken = sink(as_text(octets)); !taken) broke = std::move(taken.error());
        return {};
    };
    const auto opener = open_content(conversation, reader, folder, id, std::string(kSealedPart), hand_on);
    if (!opener && opener.error().code == 404) return std::nullopt;
    if (!opener) return std::unexpected(opener.error());
    if (broke) return std::unexpected(std::move(*broke));
    const auto message = open_message(conversation, folder, id);
    if (!message) return std::unexpected(message.error());
    if (auto same = check_outside(*message, opener->seal(), reader.account); !same)
        return std::unexpected(same.error());
    if (auto by = judge_signer(conversation, reader, opener->seal()); !by) return std::unexpected(by.error());
    const auto& parts = opener->content().parts;
    const auto found = std::ranges::find(parts, part, &Part::id);
    if (found == parts.end())
        return failed(ExitStatus::no_input,
                      "the sealed message has no part \"" + one_line(part) + "\"; immp read shows its parts");
    return PartHeader{found->length, found->type};
}

}  // namespace immp::bridge::client
