// The plaintext of sealed content, read as it comes (docs/envelope.md, 8.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "armor/sealed.hpp"
#include "bridge/mail/sealed_content.hpp"

namespace immp::bridge {

/// Reads the plaintext: seal, content, bodies, zeros (steps 6, 13 and 14).
class SealedPlainReader {
  public:
    /// Octets of a part's body as they come; nothing of them may take effect before finish() said yes.
    using Sink = std::function<Result<void>(const Part& part, ByteView octets)>;

    /// `plain_octets` is the whole plaintext's length.
    SealedPlainReader(std::uint64_t plain_octets, Sink sink);

    [[nodiscard]] Result<void> append(ByteView plain);
    [[nodiscard]] Result<void> finish() const;
    /// Known as soon as they were read.
    [[nodiscard]] const std::optional<armor::Seal>& seal() const { return seal_; }
    [[nodiscard]] const std::optional<SealedContent>& content() const { return content_; }

  private:
    enum class State {
        kSealLength,
        kSeal,
        kContentLength,
        kContent,
        kBodies,
        kZeros,
    };
    [[nodiscard]] Result<void> take_held();
    [[nodiscard]] Result<void> read_content();
    [[nodiscard]] Result<void> read_bodies(ByteView& plain);
    [[nodiscard]] Result<void> read_zeros(ByteView& plain);
    void skip_empty_parts();

    std::uint64_t plain_octets_;
    Sink sink_;
    State state_ = State::kSealLength;
    std::size_t wanted_ = 4;  // octets of what is being held
    std::string held_;
    std::uint64_t front_ = 0;  // octets before the bodies
    std::size_t part_ = 0;     // whose body comes
    std::uint64_t body_ = 0;   // octets of it that came
    std::uint64_t zeros_ = 0;  // that are still to come
    std::optional<armor::Seal> seal_;
    std::optional<SealedContent> content_;
    std::optional<SealedDigest> digest_;
};

}  // namespace immp::bridge
