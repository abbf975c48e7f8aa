#include "component/tcp_session.hpp"

#include <utility>

#include "armor/base64.hpp"
#include "bridge/session/peer_request.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::component {
namespace {

using bridge::BundlePiece;
using bridge::BundleStatus;
using bridge::client::Patience;
using bridge::client::Reply;
using bridge::client::Server;

/// Soon: the pause between tries is the sender's.
std::unexpected<Error> unreachable(std::string text) {
    return fail_for_now(720, std::move(text), std::chrono::seconds(1));
}

Result<bridge::client::Greeted> greet(const Server& server, const std::string& domain, const TcpIdentity& us,
                                      Patience::Clock::time_point until) {
    auto ascii = bridge::ascii_domain(domain);
    if (!ascii) return std::unexpected(std::move(ascii.error()));
    auto greeted = bridge::client::greet(server, {*std::move(ascii), us.ca_file, std::nullopt},
                                         {kTcpPatience, until, us.break_off});
    if (!greeted) return unreachable(std::move(greeted.error().text));
    return *std::move(greeted);
}

/// Where the record's lines end; 222 lines with a fingerprint begin another.
bool begins_record(const Reply& line) {
    return line.code == 222 && line.text.starts_with("fingerprint ");
}

}  // namespace

Result<TcpSession> TcpSession::open(const Server& server, const std::string& domain, const TcpIdentity& us) {
    auto greeted = greet(server, domain, us, Patience::Clock::now() + kTcpQuestion);
    if (!greeted) return std::unexpected(std::move(greeted.error()));
    TcpSession session(*std::move(greeted));
    const auto binding = session.connection_.exporter();
    if (!binding) return unreachable("the TLS session with " + domain + " has no exporter");
    const std::string cookie = us.issue(domain, *binding);
    if (auto sent = session.send("AUTH COOKIE " + cookie + " " + us.domain + "\n"); !sent)
        return std::unexpected(std::move(sent.error()));
    auto proved = session.last_of(3, {});
    if (proved && proved->code == 210) return session;
    return unreachable(
        domain + " does not let us in: " +
        (proved ? proved->text : std::to_string(proved.error().code) + " " + proved.error().text));
}

std::unexpected<Error> TcpSession::broken(const bridge::client::Failure& failure) {
    is_broken_ = true;
    return unreachable(failure.text);
}

void TcpSession::begin_question() {
    connection_.end_by(Patience::Clock::now() + kTcpQuestion);
    answer_bytes_ = 0;
}

Result<void> TcpSession::send(std::string_view octets) {
    if (auto sent = talk_.send_octets(octets); !sent) return broken(sent.error());
    return {};
}

Result<Reply> TcpSession::next(std::string_view pipeline) {
    auto reply = talk_.next(pipeline);
    if (!reply) return broken(reply.error());
    answer_bytes_ += reply->text.size();
    if (answer_bytes_ > kMaxTcpAnswerBytes) {
        is_broken_ = true;
        return unreachable("the server's answer does not end");
    }
    return *std::move(reply);
}

Result<Reply> TcpSession::last_of(int replies, std::string_view pipeline, std::string* receipt) {
    std::optional<Error> refused;
    Reply last;
    for (int count = 0; count < replies;) {
        auto reply = next(pipeline);
        if (!reply) return std::unexpected(refused ? *refused : std::move(reply.error()));
        if (receipt) *receipt += reply->field("receipt").value_or("");
        if (reply->more) continue;
        // Without a login the first refusal is the answer; 301 and 304 come before it only if they do.
        if (reply->refuses() && !refused) refused = reply->error();
        if (refused && pipeline.empty()) break;
        ++count;
        last = *std::move(reply);
    }
    if (refused) return std::unexpected(*std::move(refused));
    return last;
}

Result<BundleStatus> TcpSession::bring(const std::string& destination, BundlePiece piece) {
    begin_question();
    const bool is_whole = piece.at == 0 && piece.octets.size() == piece.of;
    if (is_whole && !streams_.contains(piece.bundle_id)) return bring_whole(destination, piece);
    if (piece.at == 0) {
        if (auto begun = begin(destination, piece); !begun) return std::unexpected(std::move(begun.error()));
    }
    const auto stream = streams_.find(piece.bundle_id);
    if (stream == streams_.end() || stream->second.at != piece.at)
        return BundleStatus{stream == streams_.end() ? 0 : stream->second.at, true, {}};
    const std::string as = "AS " + stream->second.pipeline + " ";
    std::string octets = as + "CHUNK " + std::to_string(piece.octets.size()) + "\n";
    octets += std::string(as_text(piece.octets)) + "\n";
    stream->second.at += piece.octets.size();
    const bool is_last = stream->second.at == piece.of;
    if (is_last) octets += as + "CHUNK 0\n" + as + "DONE\n";
    if (auto sent = send(octets); !sent) return std::unexpected(std::move(sent.error()));
    if (!is_last) return BundleStatus{stream->second.at, true, {}};
    const std::string pipeline = std::move(streams_.extract(stream).mapped().pipeline);
    return taken(2, pipeline, piece.of);
}

Result<BundleStatus> TcpSession::bring_whole(const std::string& destination, const BundlePiece& piece) {
    const std::string pipeline = fresh_pipeline();
    const std::string as = "AS " + pipeline + " ";
    std::string octets = as + "DELIVER TO " + destination + "\n" + as + "DATA bundle TYPE " +
                         std::string(bridge::kBundleType) + " LENGTH " + std::to_string(piece.of) + "\n";
    octets += std::string(as_text(piece.octets)) + "\n" + as + "DONE\n";
    if (auto sent = send(octets); !sent) return std::unexpected(std::move(sent.error()));
    return taken(4, pipeline, piece.of);
}

/// The head is judged with the last octet; whether the domain is served, before the first.
Result<void> TcpSession::begin(const std::string& destination, const BundlePiece& piece) {
    if (streams_.contains(piece.bundle_id) || streams_.size() >= kMaxTcpStreams) {
        is_broken_ = true;
        return unreachable("too many bundles are half sent");
    }
    const std::string pipeline = fresh_pipeline();
    if (auto sent = send("AS " + pipeline + " DELIVER TO " + destination + "\n"); !sent) return sent;
    if (auto reply = last_of(1, pipeline); !reply) return std::unexpected(std::move(reply.error()));
    if (auto sent =
            send("AS " + pipeline + " DATA bundle TYPE " + std::string(bridge::kBundleType) + " CHUNKED\n");
        !sent)
        return sent;
    if (auto reply = last_of(1, pipeline); !reply) {
        is_broken_ = true;  // it waits for chunks that will not come
        return std::unexpected(std::move(reply.error()));
    }
    streams_[piece.bundle_id] = {pipeline, 0};
    return {};
}

std::unexpected<Error> TcpSession::abandoned(const std::string& pipeline, Error why) {
    // 276, or 405 where none is open: both are well.
    if (!is_broken_ && send("AS " + pipeline + " ABORT\n")) (void)next(pipeline);
    return std::unexpected(std::move(why));
}

Result<BundleStatus> TcpSession::taken(int replies, const std::string& pipeline, std::uint64_t of) {
    std::string text;
    auto last = last_of(replies, pipeline, &text);
    if (!last) return abandoned(pipeline, std::move(last.error()));
    auto receipt = armor::decode_base64(text);
    if (last->code != 273 || !receipt) return unreachable("the server's reply to a bundle is none");
    return BundleStatus{of, true, *std::move(receipt)};
}

Result<void> TcpSession::bring_receipt(const std::string& destination, ByteView octets) {
    begin_question();
    const std::string pipeline = fresh_pipeline();
    const std::string as = "AS " + pipeline + " ";
    const std::string text = as + "DELIVER TO " + destination + "\n" + as + "DATA receipt TYPE " +
                             std::string(bridge::kReceiptType) + " LENGTH " + std::to_string(octets.size()) +
                             "\n" + std::string(as_text(octets)) + "\n" + as + "DONE\n";
    if (auto sent = send(text); !sent) return sent;
    auto last = last_of(4, pipeline);
    if (!last) return abandoned(pipeline, std::move(last.error()));
    return {};
}

Result<std::vector<std::string>> TcpSession::records(const std::string& domain,
                                                     bridge::PeerLink::History history) {
    begin_question();
    const bool whole = history == bridge::PeerLink::History::whole;
    const std::string pipeline = fresh_pipeline();
    if (auto sent = send("AS " + pipeline + " KEY REQUEST " + domain + (whole ? " +HISTORY\n" : "\n")); !sent)
        return std::unexpected(std::move(sent.error()));
    if (auto header = last_of(1, pipeline); !header) return std::unexpected(std::move(header.error()));
    std::vector<std::string> texts;
    if (!whole) texts.emplace_back();
    for (bool more = true; more;) {
        auto line = next(pipeline);
        if (!line) return std::unexpected(std::move(line.error()));
        if (line->refuses()) return std::unexpected(line->error());
        more = line->more;
        if (begins_record(*line))
            texts.emplace_back();
        else if (more && !texts.empty())
            texts.back() += line->text;
    }
    for (std::string& text : texts) {
        const auto octets = armor::decode_base64(text);
        if (!octets) return unreachable("the server's key lines are none");
        text = as_text(*octets);
    }
    return texts;
}

bool TcpSession::is_broken() {
    if (!is_broken_ && streams_.empty())
        is_broken_ = talk_.has_unread() || connection_.readable_within(std::chrono::milliseconds(0));
    return is_broken_;
}

Result<void> verify_over_tcp(const Server& server, const std::string& issuer, const TcpIdentity& us,
                             const bridge::CookieClaim& claim, Patience::Clock::time_point until) {
    auto greeted = greet(server, issuer, us, until);
    if (!greeted) return std::unexpected(std::move(greeted.error()));
    auto& talk = greeted->conversation;
    auto sent = talk.send("VERIFY COOKIE " + claim.cookie + " " + claim.receiver + " CB " +
                          armor::encode_base64(claim.binding));
    if (!sent) return unreachable(std::move(sent.error().text));
    const auto reply = talk.next();
    if (!reply) return unreachable(reply.error().text);
    if (reply->code == 200) return {};
    const Error said = reply->error();
    if (said.code == 421 && !said.temporary()) return std::unexpected(said);
    return unreachable("the issuer's server said " + std::to_string(said.code) + " " + said.text);
}

}  // namespace immp::component
