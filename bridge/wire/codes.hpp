// The one table of reply codes (draft 9; decisions, 2): replies, docs/protocol.md and tests come from it.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

struct CodeSpec {
    int code;
    std::string_view text;      ///< default words of the reply
    std::string_view enhanced;  ///< subject.detail of RFC 3463; empty below 400
    std::chrono::seconds retry =
        std::chrono::seconds(0);  ///< default; 0: permanent unless its maker says else
};

/// In rising order of codes.
[[nodiscard]] std::span<const CodeSpec> code_table();

/// Never fails: an unknown code is described as 700.
[[nodiscard]] const CodeSpec& code_spec(int code);

/// A refusal with the table's words and its default answer to "temporary?".
[[nodiscard]] Error refusal(int code);
/// The same with words of its own.
[[nodiscard]] Error refusal(int code, std::string text);

/// `e=<x.y.z>`, and ` retry=<seconds>` exactly where the error is temporary (then x is 4, else 5).
[[nodiscard]] std::string error_fields(const Error& error);

}  // namespace immp::bridge
