#include "bridge/client/pins.hpp"

#include <algorithm>
#include <utility>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/key_chain.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kPinsHeading = "# Whose keys `immp` knows.\n";

std::string text_of(const Pin& pin) {
    std::string text = "\naccount " + pin.account + "\nowner " + pin.owner + "\n";
    for (const armor::Record& record : pin.chain)
        text += "record " + armor::encode_base64(as_bytes(record.text())) + "\n";
    return pin.compared ? text + "compared yes\n" : text;
}

bool read_line(Pin& pin, std::string_view key, std::string_view value) {
    if (key == "owner") {
        pin.owner = value;
        return true;
    }
    if (key == "compared") return pin.compared = value == "yes";
    if (key != "record" || pin.chain.size() == armor::kMaxHistoryRecords) return false;
    const auto octets = armor::decode_base64(value);
    auto record = octets ? armor::Record::parse(*octets) : Result<armor::Record>(fail(400, ""));
    if (!record || record->claims().name != pin.owner) return false;
    pin.chain.push_back(std::move(*record));
    return true;
}

/// The pin with what is new in a chain that follows from it; the oldest go where it would grow too long.
Pin longer(Pin pin, std::vector<armor::Record> chain) {
    for (armor::Record& record : chain)
        if (record.claims().serial > pin.record().claims().serial) pin.chain.push_back(std::move(record));
    if (pin.chain.size() > armor::kMaxHistoryRecords)
        pin.chain.erase(pin.chain.begin(),
                        pin.chain.end() - static_cast<std::ptrdiff_t>(armor::kMaxHistoryRecords));
    return pin;
}

}  // namespace

bool Pin::knows(const armor::Digest& fingerprint) const {
    return std::ranges::find(chain, fingerprint, &armor::Record::fingerprint) != chain.end();
}

KeyFinding judge_key(const std::string& account, const std::string& owner, std::optional<Pin> pin,
                     std::vector<armor::Record> chain) {
    if (chain.empty()) return {pin ? KeyState::withdrawn : KeyState::none, std::move(pin), std::nullopt};
    if (!pin) return {KeyState::first, Pin{account, owner, std::move(chain), false}, std::nullopt};
    // A server may answer from what it was told an hour ago.
    if (pin->knows(chain.back().fingerprint())) return {KeyState::known, std::move(pin), std::nullopt};
    if (!armor::succeeds(pin->record(), chain)) {
        armor::Record offered = std::move(chain.back());
        return {KeyState::changed, std::move(pin), std::move(offered)};
    }
    return {KeyState::renewed, longer(*std::move(pin), std::move(chain)), std::nullopt};
}

Pins::Pins(std::filesystem::path folder)
    : file_(std::move(folder), "pins", "compare the keys again (immp key verify)") {}

Outcome<std::vector<Pin>> Pins::all() const {
    std::vector<Pin> pins;
    const auto read = file_.read_fields([&](std::string_view key, std::string_view value) {
        if (key != "account") return !pins.empty() && read_line(pins.back(), key, value);
        pins.emplace_back().account = value;
        return true;
    });
    if (!read) return std::unexpected(read.error());
    std::erase_if(pins, [](const Pin& pin) { return pin.chain.empty(); });
    return pins;
}

Outcome<std::vector<Pin>> Pins::list(std::string_view account) const {
    auto pins = all();
    if (pins) std::erase_if(*pins, [&](const Pin& pin) { return pin.account != account; });
    return pins;
}

Outcome<std::optional<Pin>> Pins::find(std::string_view account, std::string_view owner) const {
    auto pins = list(account);
    if (!pins) return std::unexpected(pins.error());
    const auto found = std::ranges::find(*pins, owner, &Pin::owner);
    return found == pins->end() ? std::nullopt : std::optional(std::move(*found));
}

Outcome<void> Pins::save(Pin pin) {
    const auto held = file_.lock();
    if (!held) return std::unexpected(held.error());
    auto pins = all();
    if (!pins) return std::unexpected(pins.error());
    const auto found = std::ranges::find_if(
        *pins, [&](const Pin& one) { return one.account == pin.account && one.owner == pin.owner; });
    if (found == pins->end())
        pins->push_back(std::move(pin));
    else
        *found = std::move(pin);
    std::string text(kPinsHeading);
    for (const Pin& one : *pins)
        text += text_of(one);
    return file_.replace(text);
}

std::string fingerprint_groups(const armor::Digest& fingerprint) {
    const std::string hex = armor::encode_hex(fingerprint);
    std::string text;
    for (std::size_t at = 0; at < hex.size(); at += 4)
        text += (at == 0 ? "" : " ") + hex.substr(at, 4);
    return text;
}

}  // namespace immp::bridge::client
