// An IMID: the address of a person, a domain, a folder or a message (draft 4.1; decisions, 5 and 7).
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

/// The parts of `local[+tag]@domain[/folder][#message]`, already prepared (Nodeprep, Nameprep: RFC 6122):
/// equal IMIDs are equal octet by octet. The first `@` ends the local part, the first `/` after it the
/// domain, then `#`.
struct Imid {
    std::string local;  ///< "alice", "helpdesk/alice"; empty for a bare domain (an anonymous sender)
    std::string tag;    ///< what follows the first `+` of the local part: a folder, as written; empty if none
    std::string domain;   ///< lower-case U-labels, no final dot
    std::string folder;   ///< "/INBOX/lists", as written; empty if none
    std::string message;  ///< a lower-case UUID; empty if none

    /// `local@domain`, without tag, folder and message: the account that is meant. The bare domain if local
    /// is empty.
    [[nodiscard]] std::string account() const;
    /// The whole IMID as it is written on the wire; parses back to the same value.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Imid&, const Imid&) = default;
};

/// Reads one IMID, maybe behind `imid:`; a bare domain has no `@`. 400 (form, reserved characters, `xn--`,
/// what Nodeprep or Nameprep refuse or leave unassigned, over 1,023 octets), 415 (not UTF-8).
[[nodiscard]] Result<Imid> parse_imid(std::string_view text);

/// Prepares a domain alone; errors as above.
[[nodiscard]] Result<std::string> parse_domain(std::string_view text);

}  // namespace immp::bridge
