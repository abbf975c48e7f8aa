// An IMID as the local part of a JID at our component (decisions, 7; XEP-0106): `bob@b.example` is
// `bob\40b.example`.
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// 400 for an IMID that has no such form: a bare domain, one that XMPP servers would change (capitals of a
/// folder's name: Nodeprep folds them), one that is too long with its escapes.
[[nodiscard]] Result<std::string> jid_local_of(const Imid& imid);

/// Unescaped once; 400 for what is not the form of an IMID in each octet, 415 for what is not UTF-8.
[[nodiscard]] Result<Imid> imid_of_jid_local(std::string_view local);

}  // namespace immp::bridge
