// The raw octets of one item, when framing and compression are off: the inner envelope, then the bodies.
#pragma once

#include <string>
#include <vector>

#include "bridge/mail/item.hpp"

namespace immp::bridge {

/// What one bundle may still hold; shared by the readers of its items.
struct BundleRoom {
    std::uint64_t recipients = kMaxBundleRecipients;
    std::uint64_t inner_bytes = kMaxBundleInnerBytes;
};

class ItemContents {
  public:
    /// `raw_bytes` were announced; over `limit` the item is refused (413) once its recipients are known.
    /// `room` and `sink` outlive it.
    ItemContents(std::uint64_t raw_bytes, std::uint64_t limit, BundleRoom& room, const ItemSink& sink)
        : room_(room), sink_(sink), limit_(limit), left_(raw_bytes), announced_(raw_bytes) {}

    /// Whether the item was refused: what follows of it is of no use.
    [[nodiscard]] bool refused() const { return stage_ == Stage::refused; }

    /// 400 for the form or more than was announced, 413 over a bound of the bundle, or the sink's error.
    [[nodiscard]] Result<void> append(ByteView raw);
    /// 400 where less came than was announced; else tells that the item ended.
    [[nodiscard]] Result<void> finish();

  private:
    enum class Stage {
        length,   // 4 octets: length of the inner JSON
        inner,    // the JSON
        bodies,   // parts in order
        refused,  // no octet matters any more
    };

    bool hold(ByteView& raw, std::size_t count);
    Result<void> take_length();
    Result<void> take_inner();
    Result<void> take_body(ByteView& raw);

    BundleRoom& room_;
    const ItemSink& sink_;
    const std::uint64_t limit_;
    std::uint64_t left_;
    const std::uint64_t announced_;
    Stage stage_ = Stage::length;
    std::string held_;  // the length, or the JSON, not complete
    std::size_t inner_length_ = 0;
    std::vector<std::uint64_t> lengths_;  // of the parts, less what was read
    std::uint32_t part_ = 0;
};

}  // namespace immp::bridge
