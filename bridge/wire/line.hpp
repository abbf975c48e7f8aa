// Octets to command lines (decisions, 1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

/// Octets of a command line without its line end; a longer one is 414.
inline constexpr std::size_t kMaxLineBytes = 8'192;

/// Looks for the letters of DATA or CHUNK, wherever they stand and in any case. What is not understood and
/// has them may have been meant as a line that a body follows: the session then closes rather than read the
/// body as commands.
class BodyWatch {
  public:
    void feed(std::string_view octets);
    [[nodiscard]] bool found() const { return found_; }

  private:
    std::string last_;  // letters, in upper case
    bool found_ = false;
};

[[nodiscard]] bool names_body(std::string_view text);

struct Line {
    /// Without line end. Of a refused line only where it came whole (other controls, bad UTF-8), so that the
    /// body behind a DATA can be measured; a CR, a NUL and what is too long cut the line there.
    std::string text;
    std::optional<Error> error;  ///< 414, 415
    bool may_have_body = false;  ///< with an error: octets that follow may be a body
};

/// Takes octets cut anywhere, gives lines. A refused line is reported when its `\n` has come.
class LineReader {
  public:
    struct Step {
        std::size_t taken = 0;     ///< octets of the input that were used
        std::optional<Line> line;  ///< where a line ended
    };
    [[nodiscard]] Step feed(std::string_view octets);
    /// Nothing of an unfinished line is held.
    [[nodiscard]] bool empty() const { return held_.empty() && !too_long_; }

  private:
    void collect(std::string_view octets);
    [[nodiscard]] Line finish();

    std::string held_;
    BodyWatch watch_;  // of a line that is too long
    bool too_long_ = false;
};

}  // namespace immp::bridge
