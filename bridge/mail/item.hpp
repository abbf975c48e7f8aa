// Items: messages as they lie in a bundle's plaintext, framed and compressed one by one (envelope.md,
// Bundle). Both directions stream: one chunk and the zstd window are all that is in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "armor/answer.hpp"
#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "bridge/mail/inner.hpp"

namespace immp::bridge {

/// Octets of one chunk's payload that a writer makes, and the most that a reader takes (400).
inline constexpr std::size_t kItemChunkBytes = 65'536;
inline constexpr std::size_t kMaxItemChunkBytes = 1'048'576;
/// zstd window of a frame: 8 MiB bounds the reader's memory (400 over it).
inline constexpr int kItemWindowLog = 23;
/// Recipients, and octets of inner envelopes, of all items of one bundle together; more is 413 for the whole
/// bundle. They are what a reader holds in memory and files in one transaction, and compressed they cost the
/// sender next to nothing. Our own bundles stay far below (NodeLimits in bridge/node/services.hpp).
inline constexpr std::size_t kMaxBundleRecipients = armor::kMaxOutcomes;
inline constexpr std::size_t kMaxBundleInnerBytes = 4'194'304;

/// The first octet of an item.
inline constexpr std::uint8_t kMailItem = 1;

enum class ItemMethod : std::uint8_t {
    stored = 0,
    zstd = 1,  ///< one frame
};

/// Octets of an item's raw form: the length-prefixed inner JSON and the bodies in order.
[[nodiscard]] std::uint64_t item_raw_bytes(std::string_view inner_json, const Message& message);

/// Writes items one behind the other. The plaintext comes out in pieces of about kItemChunkBytes. Serves a
/// whole bundle: a compressor of its own costs a small item more than all else.
class ItemWriter {
  public:
    ItemWriter();
    ~ItemWriter();
    ItemWriter(const ItemWriter&) = delete;
    ItemWriter& operator=(const ItemWriter&) = delete;

    /// The next item, of exactly so many raw octets; before its first append. One that carries a token is
    /// stored: its length must say nothing about it.
    void begin(std::uint64_t raw_bytes, ItemMethod method);
    /// What `raw` completes of the item's frame.
    [[nodiscard]] Result<Bytes> append(ByteView raw);
    /// The rest, once an item, after exactly the announced raw octets (700 otherwise).
    [[nodiscard]] Result<Bytes> finish();

  private:
    struct Compressor;
    ItemMethod method_ = ItemMethod::stored;
    std::unique_ptr<Compressor> compressor_;  // once there was an item of ItemMethod::zstd
    std::uint64_t announced_ = 0;
    std::uint64_t taken_ = 0;
    Bytes started_;
};

/// The 4-octet length and the inner JSON: the first raw octets of an item.
[[nodiscard]] std::string item_opening(std::string_view inner_json);

struct ItemBegun {
    Inner inner;
    /// Nonzero: the code by which this item is refused for each of its recipients (413: it is too long; 452:
    /// check_texts). No bodies follow; the bundle's other items stand.
    int refusal = 0;
};
struct ItemBody {
    std::uint32_t part;
    ByteView octets;  ///< valid during the call of the sink
};
/// All parts of the item are complete; empty ones had no ItemBody.
struct ItemEnded {};
using ItemEvent = std::variant<ItemBegun, ItemBody, ItemEnded>;
/// Takes the events one by one: a few octets of zstd may mean many of a body, so they are never gathered. Its
/// error ends the reading and is returned.
using ItemSink = std::function<Result<void>(ItemEvent)>;

/// Reads the plaintext of a bundle: items, then zeros.
class ItemReader {
  public:
    /// `limit`: raw octets that one item may have; a longer one is refused by ItemBegun.
    ItemReader(std::uint64_t limit, ItemSink sink);
    ~ItemReader();
    ItemReader(const ItemReader&) = delete;
    ItemReader& operator=(const ItemReader&) = delete;

    /// Hands on what `plain` completes. 400 for the form, 413 over a bound of inner envelope or bundle; the
    /// reader is spent after an error. Neither the code nor what was handed on before it depends on the cut.
    [[nodiscard]] Result<void> append(ByteView plain);
    /// After the last octet: 400 inside an item, or where the zeros are not exactly those of the padding.
    [[nodiscard]] Result<void> finish() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace immp::bridge
