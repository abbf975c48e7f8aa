// Errors on the link, both ways, judged in one place: which RFC 6120 condition stands for an error of ours,
// and what a stanza of type `error` means to us.
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// `<error>` with the condition of its code and `<refusal xmlns='urn:immp:1' code e [retry]/>`; `extra` is
/// XML that stands behind them.
[[nodiscard]] std::string error_payload(const Error& error, std::string_view extra = {});

/// Plain XMPP, for what has nothing to do with IMMP.
[[nodiscard]] std::string plain_error_payload(std::string_view type, std::string_view condition);

/// The condition of an error stanza; empty where there is none.
[[nodiscard]] std::string_view condition_of(const Stanza& stanza);

/// Always temporary: an error made by an XMPP server is no proof about a mailbox, and a whole bundle's
/// refusal only delays it (decisions, 7). The code is the peer's where it sent a refusal, else 720; 705 for
/// resource-constraint and policy-violation, which smaller pieces may mend.
[[nodiscard]] Error error_of(const Stanza& stanza);

}  // namespace immp::component
