#include "bridge/wire/imid_uri.hpp"

#include <algorithm>
#include <cstdint>

#include "armor/names.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

/// What stands in a URI for itself: unreserved characters, and those that IMIDs are made of (RFC 3986, 2).
constexpr std::string_view kUnescaped = "-._~@/+!$*";
constexpr std::string_view kDigits = "0123456789ABCDEF";

bool is_plain(char c) {
    const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return is_alphanumeric || kUnescaped.find(c) != kUnescaped.npos;
}

std::string encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const auto octet = static_cast<std::uint8_t>(c);
        if (is_plain(c))
            encoded += c;
        else
            (encoded += '%').append({kDigits[octet >> 4U], kDigits[octet & 0xfU]});
    }
    return encoded;
}

Result<std::string> decode(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        const std::string pair = to_upper(text.substr(at + 1, 2));
        if (pair.size() != 2 || pair.find_first_not_of(kDigits) != pair.npos)
            return fail(400, "A % in a URI is followed by two hexadecimal digits");
        decoded += static_cast<char>(kDigits.find(pair[0]) << 4U | kDigits.find(pair[1]));
        at += 2;
    }
    return decoded;
}

Result<std::vector<ImidUri::Option>> read_options(std::string_view text) {
    std::vector<ImidUri::Option> options;
    while (true) {
        const std::string_view each = text.substr(0, text.find('&'));
        const std::size_t equals = each.find('=');
        auto name = decode(each.substr(0, equals));
        auto value = decode(equals == each.npos ? std::string_view() : each.substr(equals + 1));
        if (!name || !value) return std::unexpected(!name ? name.error() : value.error());
        if (name->empty()) return fail(400, "An option has a name");
        if (!armor::is_utf8(*name) || !armor::is_utf8(*value)) return fail(415, "A URI is of UTF-8");
        if (options.size() == kMaxUriOptions) return fail(400, "Too many options");
        options.push_back({std::move(*name), std::move(*value)});
        if (each.size() == text.size()) return options;
        text.remove_prefix(each.size() + 1);
    }
}

/// The IMID: percent-encoding is undone between its `#` and what is before it apart.
Result<Imid> read_imid(std::string_view text) {
    const std::size_t hash = text.find('#');
    auto place = decode(text.substr(0, hash));
    if (!place) return std::unexpected(place.error());
    if (to_upper(place->substr(0, 5)) == "IMID:") return fail(400, "The scheme stands there twice");
    if (place->find_first_of("#?") != place->npos) return fail(400, "An IMID holds no # or ? of its own");
    if (hash == text.npos) return parse_imid(*place);
    auto message = decode(text.substr(hash + 1));
    if (!message) return std::unexpected(message.error());
    return parse_imid(*place + "#" + *message);
}

}  // namespace

std::string ImidUri::text() const {
    Imid place = imid;
    place.message.clear();
    std::string text = (scheme == UriScheme::imid ? "imid:" : "immp:") + encode(place.text());
    if (!imid.message.empty()) text += "#" + imid.message;
    for (std::size_t at = 0; at < options.size(); ++at) {
        text += (at == 0 ? "?" : "&") + encode(options[at].name);
        if (!options[at].value.empty()) text += "=" + encode(options[at].value);
    }
    return text;
}

Result<ImidUri> parse_imid_uri(std::string_view text) {
    if (text.size() > kMaxUriBytes) return fail(400, "A URI has at most 4,096 octets");
    const std::string scheme = to_upper(text.substr(0, 5));
    if (scheme != "IMID:" && scheme != "IMMP:") return fail(400, "A URI here begins with imid: or immp:");
    ImidUri uri;
    uri.scheme = scheme == "IMID:" ? UriScheme::imid : UriScheme::immp;
    text.remove_prefix(scheme.size());
    if (uri.scheme == UriScheme::immp && text.starts_with("//")) text.remove_prefix(2);
    const std::size_t question = text.find('?');
    if (question != text.npos) {
        auto options = read_options(text.substr(question + 1));
        if (!options) return std::unexpected(options.error());
        uri.options = *std::move(options);
    }
    auto imid = read_imid(text.substr(0, question));
    if (!imid) return std::unexpected(imid.error());
    uri.imid = *std::move(imid);
    return uri;
}

}  // namespace immp::bridge
