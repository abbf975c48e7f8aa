// Opens sealed content as it comes, in the reader's order (docs/envelope.md, 8.2).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "armor/payload.hpp"
#include "armor/sealed.hpp"
#include "bridge/mail/sealed_plain_reader.hpp"

namespace immp::bridge {

/// Opens what ContentSealer made: steps 1 to 7, 10, 12 to 14 of the reader's order. Whether id and sender are
/// the envelope's (8, 9), and whether the key is the sender's (11), is for the caller: check_envelope, pins.
class ContentOpener {
  public:
    /// `octets` is the part's length, `imid` ours, `held` our keys, former ones among them.
    ContentOpener(std::uint64_t octets, std::string imid, std::span<const armor::HeldSeal> held,
                  SealedPlainReader::Sink sink);

    [[nodiscard]] Result<void> append(ByteView sealed);
    [[nodiscard]] Result<void> finish() const;
    /// After finish().
    [[nodiscard]] const armor::Seal& seal() const { return *plain_->seal(); }
    [[nodiscard]] const SealedContent& content() const { return *plain_->content(); }

  private:
    [[nodiscard]] Result<void> open_head(armor::SealedHead head);
    [[nodiscard]] Result<void> check_seal();

    std::uint64_t octets_;
    std::string imid_;
    std::span<const armor::HeldSeal> held_;
    SealedPlainReader::Sink sink_;
    std::string begin_;       // octets until the head is whole
    std::size_t unread_ = 0;  // of them since they were last looked at
    std::optional<armor::SealedHead> head_;
    std::size_t place_ = 0;
    bool seal_is_checked_ = false;
    std::unique_ptr<armor::PayloadOpener> stream_;
    std::unique_ptr<SealedPlainReader> plain_;
};

/// Steps 8 and 9. 424: sent before, as another message. 403: another sent it on as his own.
[[nodiscard]] Result<void> check_envelope(const armor::Seal& seal, std::string_view id,
                                          std::string_view from);

}  // namespace immp::bridge
