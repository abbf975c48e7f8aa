#include "bridge/wire/jid_escape.hpp"

#include <algorithm>
#include <array>

#include "armor/names.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge {
namespace {

/// XEP-0106, 3. The backslash is escaped only where it would read as an escape itself.
struct Escape {
    char character;
    std::string_view code;
};
constexpr std::array kEscapes = {Escape{' ', "20"}, Escape{'"', "22"}, Escape{'&', "26"}, Escape{'\'', "27"},
                                 Escape{'/', "2f"}, Escape{':', "3a"}, Escape{'<', "3c"}, Escape{'>', "3e"},
                                 Escape{'@', "40"}, Escape{'\\', "5c"}};

const Escape* find_code(std::string_view code) {
    const auto found = std::ranges::find(kEscapes, code, &Escape::code);
    return found == kEscapes.end() ? nullptr : found;
}

std::string escape(std::string_view text) {
    std::string escaped;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto found = std::ranges::find(kEscapes, text[at], &Escape::character);
        const bool stays =
            found == kEscapes.end() || (text[at] == '\\' && !find_code(text.substr(at + 1, 2)));
        if (stays)
            escaped += text[at];
        else
            (escaped += '\\') += found->code;
    }
    return escaped;
}

std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const Escape* found = text[at] == '\\' ? find_code(text.substr(at + 1, 2)) : nullptr;
        plain += found ? found->character : text[at];
        if (found) at += found->code.size();
    }
    return plain;
}

}  // namespace

Result<std::string> jid_local_of(const Imid& imid) {
    if (imid.local.empty()) return fail(400, "A domain is no local part");
    std::string local = escape(imid.text());
    if (local.size() > armor::kMaxImidBytes) return fail(400, "The name is too long for a JID");
    if (const auto prepared = nodeprep(local); !prepared || *prepared != local)
        return fail(400, "XMPP servers would change this name");
    return local;
}

Result<Imid> imid_of_jid_local(std::string_view local) {
    auto imid = parse_imid(unescape(local));
    if (!imid) return imid;
    if (const auto again = jid_local_of(*imid); !again || *again != local)
        return fail(400, "The local part is not the form of an IMID");
    return imid;
}

}  // namespace immp::bridge
