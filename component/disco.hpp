// Service discovery (XEP-0030) as the link speaks it: what we say of ourselves, what we read of others.
#pragma once

#include <string>
#include <string_view>

#include "component/stanza.hpp"

namespace immp::component {

[[nodiscard]] std::string info_query();
[[nodiscard]] std::string items_query();
/// Identity `component/generic` and our features.
[[nodiscard]] std::string info_answer();
[[nodiscard]] std::string items_answer();

/// Whether an answer to items_query() names that JID itself, not a node of it.
[[nodiscard]] bool lists(const Stanza& answer, std::string_view jid);
/// Whether an answer to info_query() has the feature `urn:immp:1`.
[[nodiscard]] bool speaks_immp(const Stanza& answer);

}  // namespace immp::component
