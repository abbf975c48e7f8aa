// The elements of `urn:immp:1` (envelope.md, On the link): bundle, key, receipt. Written here, read here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "bridge/peer_link.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// Octets of a piece or a receipt in one stanza: base64 and the tags stay below 400 KiB, which both servers'
/// 512 KiB leave room for. Over it 413 when sending.
inline constexpr std::size_t kMaxPieceBytes = 290 * 1'024;

[[nodiscard]] std::string bundle_piece(const bridge::BundlePiece& piece);
[[nodiscard]] std::string bundle_question(std::string_view bundle_id);
/// `<bundle id at>` with the receipt in it, where there is one.
[[nodiscard]] std::string bundle_answer(std::string_view bundle_id, const bridge::BundleStatus& status);
/// What stands in a `conflict` error: how much is stored.
[[nodiscard]] std::string stored_mark(std::string_view bundle_id, std::uint64_t at);
[[nodiscard]] std::string key_question(std::string_view domain, bridge::PeerLink::History history);
[[nodiscard]] std::string key_answer(const std::vector<std::string>& records);
[[nodiscard]] std::string receipt(ByteView octets);
[[nodiscard]] std::string cookie_question(const bridge::CookieClaim& claim);
/// Our stream came up anew.
[[nodiscard]] std::string online();

// Readers of what a peer asks; 400 where the form is not exactly the one above. Octets are moved out.

[[nodiscard]] Result<bridge::BundlePiece> read_piece(Stanza&& set);
/// The bundle's id.
[[nodiscard]] Result<std::string> read_bundle_question(const Stanza& get);
struct KeyQuestion {
    std::string domain;
    bridge::PeerLink::History history = bridge::PeerLink::History::last;
};
[[nodiscard]] Result<KeyQuestion> read_key_question(const Stanza& get);
[[nodiscard]] Result<Bytes> read_receipt(Stanza&& set);
[[nodiscard]] Result<bridge::CookieClaim> read_cookie_question(const Stanza& get);

// Readers of answers, `result` or `error`. An answer of no known form is 720, as one that never came. A
// receipt counts in the bundle, beside it, or alone; alone it says nothing of `at`.

/// For a piece sent: `conflict` is no failure, it tells where to go on.
[[nodiscard]] Result<bridge::BundleStatus> read_piece_answer(Stanza&& answer, std::string_view bundle_id);
/// For a question: item-not-found is `known == false`.
[[nodiscard]] Result<bridge::BundleStatus> read_bundle_answer(Stanza&& answer, std::string_view bundle_id);
[[nodiscard]] Result<std::vector<std::string>> read_key_answer(const Stanza& answer);
[[nodiscard]] Result<void> read_empty_answer(const Stanza& answer);
/// For a cookie: 421 for good where the issuer's own refusal says so; every other error as above.
[[nodiscard]] Result<void> read_cookie_answer(const Stanza& answer);

}  // namespace immp::component
