#include "bridge/wire/prep.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include <idna.h>
#include <stringprep.h>
#include <unicase.h>
#include <uninorm.h>

#include "armor/names.hpp"

namespace immp::bridge {
namespace {

// Both libraries are given bounded input only; an IMID has at most 1,023 octets, and NFKC grows none of them
// more than 18 times in UTF-8 (U+FDFA: 3 octets to 33).
constexpr std::size_t kMaxInputBytes = 1'023;
constexpr std::size_t kRoomBytes = kMaxInputBytes * 12 + 1;
constexpr std::string_view kIdeographicStop = "\u3002";

struct Freed {
    void operator()(void* memory) const { std::free(memory); }
};

Result<std::string> prepare(std::string_view text, const Stringprep_profile* profile, const char* what) {
    if (!armor::is_utf8(text)) return fail(415, "A name is UTF-8");
    if (text.empty() || text.size() > kMaxInputBytes || text.find('\0') != text.npos)
        return fail(400, std::string(what) + " is empty or too long");
    std::array<char, kRoomBytes> room{};
    text.copy(room.data(), text.size());
    const int refused = stringprep(room.data(), room.size(), STRINGPREP_NO_UNASSIGNED, profile);
    if (refused != STRINGPREP_OK || room[0] == '\0')
        return fail(400, std::string(what) + " has characters that are not allowed",
                    refused == STRINGPREP_OK ? "" : stringprep_strerror(static_cast<Stringprep_rc>(refused)));
    return std::string(room.data());
}

std::optional<std::string> ascii_form(const std::string& domain) {
    char* ascii = nullptr;
    const int refused = idna_to_ascii_8z(domain.c_str(), &ascii, IDNA_USE_STD3_ASCII_RULES);
    const std::unique_ptr<char, Freed> owned(ascii);
    if (refused != IDNA_SUCCESS) return std::nullopt;
    return std::string(ascii);
}

}  // namespace

Result<std::string> nodeprep(std::string_view text) {
    return prepare(text, stringprep_xmpp_nodeprep, "A local part");
}

Result<std::string> nameprep(std::string_view text) {
    auto prepared = prepare(text, stringprep_nameprep, "A domain");
    if (!prepared) return prepared;
    // IDNA takes U+3002 for a dot; a name that holds it would have two forms.
    if (prepared->find(kIdeographicStop) != prepared->npos || !ascii_form(*prepared))
        return fail(400, "A domain has characters that are not allowed");
    return prepared;
}

Result<std::string> ascii_domain(std::string_view prepared) {
    if (auto ascii = ascii_form(std::string(prepared))) return std::move(*ascii);
    return fail(400, "A domain has characters that are not allowed");
}

std::string caseless_key(std::string_view text) {
    if (!armor::is_utf8(text)) return std::string(text);  // The library would put U+FFFD for any bad octet.
    std::size_t length = 0;
    const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
    // No language: the dotless i of Turkish must not depend on where the daemon runs.
    const std::unique_ptr<std::uint8_t, Freed> folded(
        u8_casefold(octets, text.size(), nullptr, UNINORM_NFC, nullptr, &length));
    if (!folded) return std::string(text);
    return std::string(reinterpret_cast<const char*>(folded.get()), length);
}

Result<std::string> nfc(std::string_view text) {
    if (!armor::is_utf8(text)) return fail(415, "A password is UTF-8");
    std::size_t length = 0;
    const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::unique_ptr<std::uint8_t, Freed> normal(
        u8_normalize(UNINORM_NFC, octets, text.size(), nullptr, &length));
    if (!normal) return text.empty() ? Result<std::string>("") : fail(705, "No memory");
    return std::string(reinterpret_cast<const char*>(normal.get()), length);
}

}  // namespace immp::bridge
