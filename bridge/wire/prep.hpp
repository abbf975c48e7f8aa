// How names and passwords are prepared before anything compares or stores them. The one home of libidn and
// libunistring.
#pragma once

#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

/// Nodeprep (RFC 6122, appendix A) of one local part: case folded, NFKC. 400 for what it prohibits and for
/// code points that are unassigned in Unicode 3.2 (both XMPP servers refuse them); 415 for what is not UTF-8.
[[nodiscard]] Result<std::string> nodeprep(std::string_view text);

/// Nameprep (RFC 3491) of a whole domain; each label must also have an ASCII form (IDNA 2003) of at most 63
/// octets. Errors as above.
[[nodiscard]] Result<std::string> nameprep(std::string_view text);

/// The ASCII form (IDNA 2003) of a prepared domain, for DNS and certificates, which know no other. 400.
[[nodiscard]] Result<std::string> ascii_domain(std::string_view prepared);

/// What is equal for texts that compare equal caselessly (Unicode 3.13, D144: folded, and in NFC): folder
/// names (decisions, 5). What is not UTF-8 comes back as it is.
[[nodiscard]] std::string caseless_key(std::string_view text);

/// Unicode NFC: passwords (decisions, 3). 415 for what is not UTF-8.
[[nodiscard]] Result<std::string> nfc(std::string_view text);

}  // namespace immp::bridge
