#include "bridge/wire/imid.hpp"

#include <algorithm>
#include <utility>

#include "armor/names.hpp"
#include "bridge/wire/path.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge {
namespace {

// Separators of IMIDs and command lines; also what only NFKC makes of others (U+FF0B is a plus).
constexpr std::string_view kReservedInLocal = "+#?,;\\";
constexpr std::string_view kReservedInTag = " #?,;\\\"<>@";

std::unexpected<Error> malformed(std::string text) {
    return fail(400, std::move(text));
}

// The draft's optional `imid:` (4.1): no local part may hold a colon, so it is never part of a name.
std::string_view without_scheme(std::string_view text) {
    constexpr std::string_view kScheme = "imid:";
    const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    const bool has_scheme =
        text.size() >= kScheme.size() && std::ranges::equal(text.substr(0, kScheme.size()), kScheme, is_same);
    return has_scheme ? text.substr(kScheme.size()) : text;
}

// `alice`, `helpdesk/alice`: each segment by itself, because Nodeprep prohibits the slash.
Result<std::string> prepare_local(std::string_view text) {
    std::string local;
    while (true) {
        const std::size_t slash = text.find('/');
        const auto segment = nodeprep(text.substr(0, slash));
        if (!segment) return segment;
        if (segment->find_first_of(kReservedInLocal) != segment->npos)
            return malformed("A local part has characters that are not allowed");
        local += *segment;
        if (slash == text.npos) return local;
        local += '/';
        text.remove_prefix(slash + 1);
    }
}

bool is_tag(std::string_view tag) {
    return tag.find_first_of(kReservedInTag) == tag.npos && is_path("/" + std::string(tag));
}

// "alice+lists" in front of the `@`.
Result<void> read_local(Imid& imid, std::string_view text) {
    const std::size_t plus = text.find('+');
    auto local = prepare_local(text.substr(0, plus));
    if (!local) return std::unexpected(local.error());
    imid.local = *std::move(local);
    if (plus == text.npos) return {};
    imid.tag = text.substr(plus + 1);
    if (!is_tag(imid.tag)) return malformed("The folder behind the plus is not one");
    return {};
}

// "/INBOX#uuid" behind the domain.
Result<void> read_place(Imid& imid, std::string_view text) {
    const std::size_t hash = text.find('#');
    imid.folder = text.substr(0, hash);
    if (!is_path(imid.folder)) return malformed("The folder is not one");
    if (hash == text.npos) return {};
    imid.message = text.substr(hash + 1);
    if (!armor::is_uuid(imid.message)) return malformed("A message is named by a UUID in lower case");
    return {};
}

Result<Imid> read(std::string_view text) {
    Imid imid;
    if (const std::size_t at = text.find('@'); at != text.npos) {
        if (auto done = read_local(imid, text.substr(0, at)); !done) return std::unexpected(done.error());
        text.remove_prefix(at + 1);
    }
    const std::size_t slash = imid.local.empty() ? text.npos : text.find('/');
    auto domain = parse_domain(text.substr(0, slash));
    if (!domain) return std::unexpected(domain.error());
    imid.domain = *std::move(domain);
    if (slash != text.npos)
        if (auto done = read_place(imid, text.substr(slash)); !done) return std::unexpected(done.error());
    return imid;
}

}  // namespace

std::string Imid::account() const {
    return local.empty() ? domain : local + "@" + domain;
}

std::string Imid::text() const {
    std::string text = local;
    if (!tag.empty()) text += "+" + tag;
    if (!local.empty()) text += "@";
    text += domain + folder;
    if (!message.empty()) text += "#" + message;
    return text;
}

Result<Imid> parse_imid(std::string_view text) {
    if (!armor::is_utf8(text)) return fail(415, "An IMID is UTF-8");
    text = without_scheme(text);
    if (text.empty() || text.size() > armor::kMaxImidBytes) return malformed("An IMID has 1 to 1,023 octets");
    auto imid = read(text);
    if (!imid) return imid;
    // What preparing lengthens or changes once more would not be one name everywhere.
    if (imid->text().size() > armor::kMaxImidBytes) return malformed("An IMID has 1 to 1,023 octets");
    if (const auto again = read(imid->text()); !again || *again != *imid)
        return malformed("The name has no stable form");
    return imid;
}

Result<std::string> parse_domain(std::string_view text) {
    auto domain = nameprep(text);
    if (!domain) return domain;
    if (!armor::is_domain(*domain)) return malformed("The domain is not one");
    return domain;
}

}  // namespace immp::bridge
