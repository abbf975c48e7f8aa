// The form of the names that signed octets carry. Only the form: whether a name is prepared (Nodeprep,
// Nameprep) is judged by bridge/wire, which must be asked before a name from outside is compared or stored.
#pragma once

#include <cstddef>
#include <string_view>

namespace immp::armor {

/// Octets of a domain in UTF-8, U-labels; over it the form is refused (400).
inline constexpr std::size_t kMaxDomainBytes = 255;
/// Octets of an IMID: what fits a JID part three times over (RFC 6122, 2).
inline constexpr std::size_t kMaxImidBytes = 1'023;

/// Labels of a-z, 0-9, inner `-` and octets above ASCII in valid UTF-8, joined by single dots; no final dot,
/// no `xn--` label (decisions, 7).
[[nodiscard]] bool is_domain(std::string_view text);

/// A local part, `@`, a domain: valid UTF-8 without spaces and controls.
[[nodiscard]] bool is_imid(std::string_view text);

/// 8-4-4-4-12 lower-case hex.
[[nodiscard]] bool is_uuid(std::string_view text);

/// C0 or DEL.
[[nodiscard]] bool is_control(char c);
/// C0, DEL, or C1 in UTF-8.
[[nodiscard]] bool has_controls(std::string_view text);

/// Valid UTF-8 (RFC 3629): no surrogates, no overlong forms.
[[nodiscard]] bool is_utf8(std::string_view text);
/// The longest beginning of at most `bytes` octets that cuts no character of UTF-8.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace immp::armor
