// Dialogs as data: what a client says, what the node answers, what the session must say.
// tests/dialogs/README.md tells the notation.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace immp::bridge::test {

struct Step {
    std::string word;  ///< "C", "S", "answer", ...: what stands before the colon
    std::string text;  ///< what follows it
    std::size_t line = 0;
};

struct Dialog {
    std::string name;
    std::vector<Step> steps;
};

[[nodiscard]] Dialog parse_dialog(std::string name, std::string_view text);

/// How the client's octets are cut before they reach the session.
struct Cut {
    std::optional<std::size_t> piece;     ///< all pieces so long
    std::optional<std::size_t> position;  ///< one cut, counted over the whole dialog
};

/// Octets that the client sends in all.
[[nodiscard]] std::size_t client_bytes(const Dialog& dialog);

/// Plays it; the first thing that was not as written, with its line, or nothing.
[[nodiscard]] std::optional<std::string> play(const Dialog& dialog, const Cut& cut);

/// Plays it whole, octet by octet, and cut at every position.
[[nodiscard]] std::optional<std::string> play_every_way(const Dialog& dialog);

}  // namespace immp::bridge::test
