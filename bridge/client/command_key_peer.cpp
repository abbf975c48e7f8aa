// immp key list|verify|accept: the keys of others.
#include <algorithm>
#include <ostream>
#include <utility>

#include "armor/hex.hpp"
#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/key_exchange.hpp"
#include "bridge/client/own_keys.hpp"

namespace immp::bridge::client {

namespace {

std::string_view trust_of(const Pin& pin) {
    return pin.compared ? "compared" : "seen first here";
}

void show_pin(const Context& context, const Pin& pin) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("owner", pin.owner).text("fingerprint", armor::encode_hex(pin.record().fingerprint()));
        context.out << json.text("trust", trust_of(pin)).line() << '\n';
    } else {
        context.out << pin.owner << "  " << trust_of(pin) << "\n  "
                    << fingerprint_groups(pin.record().fingerprint()) << '\n';
    }
}

/// The user's own fingerprint, which the other one compares.
Outcome<void> show_own(const Context& context, const std::string& account) {
    const auto ring = OwnKeys(context.folder).of(account);
    if (!ring) return std::unexpected(ring.error());
    const OwnKey* const own = current_key(*ring);
    if (own == nullptr || context.format == Format::json) return {};
    context.out << account << "  (you)\n  " << fingerprint_groups(own->record.fingerprint()) << '\n';
    return {};
}

Failure is_not_to_be_used(const KeyFinding& finding, const std::string& owner) {
    if (finding.state == KeyState::none)
        return {ExitStatus::no_input, owner + " has no key of his own: nothing can be sealed to him", 0};
    return {ExitStatus::bad_input,
            finding.state == KeyState::changed ? changed_text(finding) : withdrawn_text(finding), 0};
}

bool is_usable(const KeyFinding& finding) {
    return finding.state != KeyState::none && finding.state != KeyState::changed &&
           finding.state != KeyState::withdrawn;
}

/// A fingerprint as people type it: with or without blanks, in any case.
std::string typed_fingerprint(const std::vector<std::string>& words) {
    std::string hex;
    for (const std::string& word : words)
        for (const char c : word)
            if (c != ' ') hex += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    return hex;
}

struct Asked {
    std::string account;
    std::string owner;
    KeyFinding finding;
};

Outcome<Asked> ask_for(Context& context, const Arguments& arguments) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    auto owner = parse_account(arguments.text("address"));
    if (!owner) return std::unexpected(owner.error());
    auto conversation = enter(context.credentials, *account, context.patience);
    if (!conversation) return std::unexpected(conversation.error());
    Pins pins(context.folder);
    auto finding = find_key(*conversation, pins, account->account, *owner);
    if (!finding) return std::unexpected(finding.error());
    return Asked{account->account, std::move(*owner), std::move(*finding)};
}

}  // namespace

Done run_key_list(Context& context, const Arguments&) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    const auto pins = Pins(context.folder).list(account->account);
    if (!pins) return std::unexpected(pins.error());
    for (const Pin& pin : *pins)
        show_pin(context, pin);
    return ExitStatus::ok;
}

Done run_key_verify(Context& context, const Arguments& arguments) {
    const auto asked = ask_for(context, arguments);
    if (!asked) return std::unexpected(asked.error());
    if (!is_usable(asked->finding)) return std::unexpected(is_not_to_be_used(asked->finding, asked->owner));
    if (auto shown = show_own(context, asked->account); !shown) return std::unexpected(shown.error());
    show_pin(context, *asked->finding.pin);
    if (context.format == Format::text && !asked->finding.pin->compared)
        context.notes << "Read them to each other; if they are the same: immp key accept " << asked->owner
                      << " FINGERPRINT\n";
    return ExitStatus::ok;
}

Done run_key_accept(Context& context, const Arguments& arguments) {
    const std::string typed = typed_fingerprint(arguments.values("fingerprint"));
    if (const auto octets = armor::decode_hex(typed); !octets || octets->size() != armor::Digest{}.size())
        return failed(ExitStatus::usage,
                      "a fingerprint has 64 hex digits; type it as it was read to you, blanks or none");
    auto asked = ask_for(context, arguments);
    if (!asked) return std::unexpected(asked.error());
    KeyFinding& finding = asked->finding;
    if (finding.state != KeyState::changed && !is_usable(finding))
        return std::unexpected(is_not_to_be_used(finding, asked->owner));
    Pin pin = std::move(*finding.pin);
    if (finding.offered) pin.chain = {std::move(*finding.offered)};
    if (armor::encode_hex(pin.record().fingerprint()) != typed)
        return failed(ExitStatus::bad_input, "the server gives another key for " + asked->owner + " (" +
                                                 fingerprint_groups(pin.record().fingerprint()) +
                                                 "); check what you typed, else do not use it");
    pin.compared = true;
    Pins pins(context.folder);
    if (auto saved = pins.save(pin); !saved) return std::unexpected(saved.error());
    show_pin(context, pin);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
