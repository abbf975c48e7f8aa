#include "component/jid.hpp"

#include "armor/names.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::component {
namespace {

constexpr std::string_view kPrefix = "immp.";

}  // namespace

JidParts split_jid(std::string_view jid) {
    JidParts parts;
    const auto slash = jid.find('/');
    if (slash != std::string_view::npos) parts.resource = jid.substr(slash + 1);
    const auto bare = jid.substr(0, slash);
    const auto at = bare.find('@');
    if (at == std::string_view::npos) return parts.domain = bare, parts;
    parts.local = bare.substr(0, at);
    parts.domain = bare.substr(at + 1);
    return parts;
}

std::string component_jid(std::string_view domain) {
    return std::string(kPrefix) + std::string(domain);
}

std::optional<std::string> domain_of_component(std::string_view jid) {
    if (!jid.starts_with(kPrefix)) return std::nullopt;
    const auto rest = jid.substr(kPrefix.size());
    if (!armor::is_domain(rest)) return std::nullopt;
    auto domain = bridge::parse_domain(rest);
    if (!domain || *domain != rest) return std::nullopt;
    return *std::move(domain);
}

}  // namespace immp::component
