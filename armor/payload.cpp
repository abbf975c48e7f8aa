#include "armor/payload.hpp"

#include <algorithm>
#include <utility>

namespace immp::armor {
namespace {

constexpr std::string_view kPayloadContext = "IMMP1 payload";
constexpr std::string_view kDigestContext = "IMMP1 cipher";

static_assert(kStreamHeaderBytes == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(kRecordExtraBytes == crypto_secretstream_xchacha20poly1305_ABYTES);

}  // namespace

PayloadSealer::PayloadSealer(const ContentKey& key, const Route& route)
    : hasher_(kDigestContext), ready_(kStreamHeaderBytes) {
    const SecretBytes<32> stream_key = derive_key(key, kPayloadContext, route);
    crypto_secretstream_xchacha20poly1305_init_push(&stream_, ready_.data(), stream_key.view().data());
    hasher_.add(ready_);
    sealed_ = ready_.size();
    held_.reserve(kRecordPlainBytes);
}

PayloadSealer::PayloadSealer(const SecretBytes<32>& stream_key, const StreamHeader& header)
    : hasher_(kDigestContext), ready_(header.begin(), header.end()) {
    // libsodium draws a header itself when it pushes, and takes one only when it pulls. Both begin the same
    // state (XChaCha20 of key and header; libsodium, "Encrypted streams").
    crypto_secretstream_xchacha20poly1305_init_pull(&stream_, header.data(), stream_key.view().data());
    hasher_.add(ready_);
    sealed_ = ready_.size();
    held_.reserve(kRecordPlainBytes);
}

PayloadSealer::~PayloadSealer() {
    sodium_memzero(&stream_, sizeof stream_);
}

Bytes PayloadSealer::append(ByteView plain) {
    Bytes out = std::exchange(ready_, {});
    items_ += plain.size();
    take(out, plain);
    return out;
}

Bytes PayloadSealer::pad() {
    static constexpr std::array<std::uint8_t, 4096> kZeros{};
    Bytes out = std::exchange(ready_, {});
    while (plain_ < padded_bytes(items_) && out.size() < kRecordSealedBytes) {
        const auto owed = std::min<std::uint64_t>(padded_bytes(items_) - plain_, kZeros.size());
        take(out, ByteView(kZeros).first(static_cast<std::size_t>(owed)));
    }
    return out;
}

Bytes PayloadSealer::finish() {
    Bytes out;
    while (plain_ < padded_bytes(items_) || !ready_.empty()) {
        const Bytes piece = pad();
        out.insert(out.end(), piece.begin(), piece.end());
    }
    seal_record(out, held_, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
    held_.clear();
    return out;
}

// The last record is the final one, so a full record waits until more follows. One that lies whole in
// `plain`, with more behind it, is sealed where it lies.
void PayloadSealer::take(Bytes& out, ByteView plain) {
    plain_ += plain.size();
    if (const std::size_t records = (held_.size() + plain.size()) / kRecordPlainBytes; records > 0)
        out.reserve(out.size() + records * kRecordSealedBytes);
    while (!plain.empty()) {
        if (held_.size() == kRecordPlainBytes) {
            seal_record(out, held_, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
            held_.clear();
        }
        if (held_.empty() && plain.size() > kRecordPlainBytes) {
            seal_record(out, plain.first(kRecordPlainBytes),
                        crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
            plain = plain.subspan(kRecordPlainBytes);
            continue;
        }
        const std::size_t count = std::min(plain.size(), kRecordPlainBytes - held_.size());
        held_.insert(held_.end(), plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(count));
        plain = plain.subspan(count);
    }
}

void PayloadSealer::seal_record(Bytes& out, ByteView plain, unsigned char tag) {
    const std::size_t begin = out.size();
    out.resize(begin + plain.size() + kRecordExtraBytes);
    crypto_secretstream_xchacha20poly1305_push(&stream_, out.data() + begin, nullptr, plain.data(),
                                               plain.size(), nullptr, 0, tag);
    const ByteView record = ByteView(out).subspan(begin);
    hasher_.add(record);
    sealed_ += record.size();
}

PayloadOpener::PayloadOpener(const ContentKey& key, const Route& route, const PayloadSum& expected)
    : PayloadOpener(derive_key(key, kPayloadContext, route), expected.octets) {
    digest_ = expected.digest;
}

PayloadOpener::PayloadOpener(const SecretBytes<32>& stream_key, std::uint64_t octets)
    : hasher_(kDigestContext), octets_(octets), key_(stream_key.clone()) {
    if (!plain_bytes(octets)) state_ = State::kBroken;
}

PayloadOpener::~PayloadOpener() {
    sodium_memzero(&stream_, sizeof stream_);
}

Result<Bytes> PayloadOpener::append(ByteView sealed) {
    if (state_ == State::kBroken) return fail(423, "the payload cannot be opened");
    if (sealed.size() > octets_ - good_ - held_.size()) return fail(400, "octets behind the payload's end");
    if (held_.size() + sealed.size() >= unit_bytes())
        plain_.reserve(plain_.size() + held_.size() + sealed.size());
    while (!sealed.empty()) {
        const std::size_t unit = unit_bytes();
        const std::size_t count = std::min(sealed.size(), unit - held_.size());
        const ByteView piece = sealed.first(count);
        sealed = sealed.subspan(count);
        ByteView whole = piece;  // opened in place where it came in one piece
        if (count < unit) {
            held_.insert(held_.end(), piece.begin(), piece.end());
            whole = held_;
        }
        if (whole.size() < unit) break;
        const auto opened = open_unit(whole);
        held_.clear();
        if (!opened) return std::unexpected(opened.error());
    }
    return std::exchange(plain_, {});
}

// What must be there before anything more can be judged: a record, the first together with the stream header,
// since a header opens with any octets and only the record behind it tells whether they were right.
std::size_t PayloadOpener::unit_bytes() const {
    const std::size_t header = state_ == State::kBegin ? kStreamHeaderBytes : 0;
    const std::uint64_t rest = octets_ - good_ - header;
    return header + static_cast<std::size_t>(std::min<std::uint64_t>(rest, kRecordSealedBytes));
}

Result<void> PayloadOpener::open_unit(ByteView unit) {
    ByteView record = unit;
    if (state_ == State::kBegin) {
        crypto_secretstream_xchacha20poly1305_init_pull(&stream_, unit.data(), key_.view().data());
        record = unit.subspan(kStreamHeaderBytes);
    }
    const std::size_t begin = plain_.size();
    plain_.resize(begin + record.size() - kRecordExtraBytes);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream_, plain_.data() + begin, nullptr, &tag,
                                                   record.data(), record.size(), nullptr, 0) != 0) {
        plain_.resize(begin);
        return fail(423, "a record of the payload does not open");
    }
    const bool last = good_ + unit.size() == octets_;
    if (tag != (last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                     : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)) {
        state_ = State::kBroken;
        plain_.clear();
        return fail(423, "a record of the payload has the wrong tag");
    }
    hasher_.add(unit);
    good_ += unit.size();
    state_ = last ? State::kEnded : State::kRecords;
    return {};
}

Result<void> PayloadOpener::finish() const {
    if (state_ != State::kEnded) return fail(423, "the payload is not complete");
    if (digest_ && hasher_.digest() != *digest_) return fail(422, "the payload has another digest");
    return {};
}

}  // namespace immp::armor
