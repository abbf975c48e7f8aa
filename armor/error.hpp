// What a failed operation says: the IMMP code, whether trying again can help, and two texts for two readers.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace immp {

/// `code` is an IMMP reply code, 4xx or 7xx (decisions, 2). A failure is temporary exactly when `retry` is
/// set; the value is what `retry=` tells the other side. `text` may be sent to a peer or user: one line, no
/// secrets, nobody else's names. `detail` is for our log only.
struct Error {
    int code = 700;
    std::string text;
    std::string detail = {};
    std::optional<std::chrono::seconds> retry = std::nullopt;

    [[nodiscard]] bool temporary() const { return retry.has_value(); }
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(int code, std::string text, std::string detail = {}) {
    return std::unexpected(Error{code, std::move(text), std::move(detail), std::nullopt});
}

[[nodiscard]] inline std::unexpected<Error> fail_for_now(int code, std::string text,
                                                         std::chrono::seconds retry,
                                                         std::string detail = {}) {
    return std::unexpected(Error{code, std::move(text), std::move(detail), retry});
}

}  // namespace immp
