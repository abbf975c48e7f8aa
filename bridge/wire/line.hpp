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

/// Finds, in a line that is refused as a whole, a command that is followed by a body (DATA, CHUNK). Quotes
/// are not understood, so it errs towards finding one: the session then closes rather than read a body as
/// commands.
class BodyWatch {
  public:
    void feed(std::string_view octets);
    /// After the whole line.
    [[nodiscard]] bool found() const { return found_ || ends_word(); }

  private:
    enum class State {
        verb,  // in front of a command's first word, or in it
        id,    // behind AS
        lost,  // behind an id that is none: any word may be the verb
        rest,  // up to the next `;`
    };
    void feed(char c);
    void feed_id(char c);
    [[nodiscard]] bool ends_word() const;
    void end_word(State next);

    State state_ = State::verb;
    std::string word_;  // in verb and lost in upper case; at most what can match
    bool found_ = false;
};

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

/// Whether a whole line holds a command that is followed by a body.
[[nodiscard]] bool may_have_body(std::string_view line);

}  // namespace immp::bridge
