// Base64 (RFC 4648) in its one strict form: full alphabet, padded, zero trailing bits, no white space. Table
// driven: libsodium's is constant in time and 286 MB/s, which ciphertext and mail do not need.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "armor/bytes.hpp"
#include "armor/error.hpp"

namespace immp::armor {

[[nodiscard]] std::string encode_base64(ByteView octets);

/// 415 for anything but the one encoding of some octets.
[[nodiscard]] Result<Bytes> decode_base64(std::string_view text);

/// Tokens: RFC 4648 section 5, without padding. 415 as above.
[[nodiscard]] std::string encode_base64url(ByteView octets);
[[nodiscard]] Result<Bytes> decode_base64url(std::string_view text);

/// The length of `octets` octets in padded base64.
[[nodiscard]] constexpr std::size_t base64_bytes(std::size_t octets) {
    return (octets + 2) / 3 * 4;
}

/// Decodes text that comes in pieces of any size; the octets are the same however it is cut. After an error
/// the decoder is spent. The text has no line ends in it: who reads bodies with lines takes them away first.
class Base64Decoder {
  public:
    /// The octets that `text` completes; 415 at the first character that cannot stand there.
    [[nodiscard]] Result<Bytes> append(std::string_view text);
    /// 415 where the text ended inside a group of four.
    [[nodiscard]] Result<void> finish() const;

  private:
    enum class State {
        kGroups,  // between or inside groups of four
        kEnded,   // a padded group was read: nothing may follow
        kSpent    // an error was reported
    };
    Result<Bytes> refuse();

    State state_ = State::kGroups;
    std::array<char, 4> group_{};
    std::size_t held_ = 0;
};

}  // namespace immp::armor
