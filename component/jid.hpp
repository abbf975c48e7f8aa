// JIDs as far as the link needs them: which domain a component's JID speaks for (decisions, 7).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace immp::component {

/// RFC 6122, 2.1: `[local@]domain[/resource]`; the first `/` ends the domain, the first `@` before it the
/// local part.
struct JidParts {
    std::string_view local;
    std::string_view domain;
    std::string_view resource;
};
/// Views into `jid`, which are not prepared.
[[nodiscard]] JidParts split_jid(std::string_view jid);

/// `immp.<domain>`.
[[nodiscard]] std::string component_jid(std::string_view domain);

/// The domain of `immp.<domain>`; nullopt with a local part, a resource, any other name, or a domain that is
/// not in its one prepared form.
[[nodiscard]] std::optional<std::string> domain_of_component(std::string_view jid);

}  // namespace immp::component
