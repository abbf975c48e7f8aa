// The octets of a body, taken from the connection as they come (decisions, 5: DATA).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "armor/base64.hpp"
#include "armor/error.hpp"
#include "bridge/wire/command.hpp"

namespace immp::bridge {

/// Base64 that comes in lines of any width: the line ends are taken away, the rest is one strict encoding.
/// What an empty line means is the caller's.
class Base64Lines {
  public:
    struct Step {
        std::size_t taken = 0;
        std::string octets;
        bool empty_line = false;  ///< a line without any octet ended here
        bool text = false;        ///< octets of a line were taken
    };
    /// Up to the end of the next line. After the first error() nothing is decoded any more.
    [[nodiscard]] Step feed(std::string_view octets);
    /// 415 where the encoding is not complete.
    void finish();
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    [[nodiscard]] std::string decode(std::string_view text);

    armor::Base64Decoder decoder_;
    std::optional<Error> error_;
    bool line_has_octets_ = false;
    bool carriage_return_ = false;  // held back: only a line end may follow
};

class BodyReader {
  public:
    enum class State {
        reading,  ///< more octets belong to the body
        ended,    ///< it was read to its end; error() tells whether it was good
        broken,   ///< its end cannot be found any more: error(), then close
    };
    struct Step {
        std::size_t taken = 0;  ///< octets of the input that belong to the body
        std::string octets;     ///< decoded; of bad base64 those before it
    };

    /// `limit_bytes` of decoded octets; one more is 413, broken. A counted body is refused for its LENGTH
    /// before a reader is made.
    BodyReader(const BodyFrame& frame, std::uint64_t limit_bytes);

    [[nodiscard]] Step feed(std::string_view octets);
    [[nodiscard]] State state() const { return state_; }
    /// 415 bad base64; 710 no `\n` behind a counted body; 413.
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    [[nodiscard]] std::string decode(std::string_view octets);
    [[nodiscard]] Step feed_counted(std::string_view octets);
    [[nodiscard]] Step feed_open(std::string_view octets);
    void judge(const Step& step);
    void complain(State state, Error error);

    BodyFrame frame_;
    std::uint64_t limit_bytes_;
    std::uint64_t left_ = 0;  // counted: octets still to come
    std::uint64_t wire_bytes_ = 0;
    std::uint64_t decoded_bytes_ = 0;
    Base64Lines base64_;
    unsigned empty_lines_ = 0;  // in a row
    State state_ = State::reading;
    std::optional<Error> error_;
};

}  // namespace immp::bridge
