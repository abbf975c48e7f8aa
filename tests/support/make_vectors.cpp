// Writes tests/vectors/: `make_vectors FOLDER`. The vectors in the repository were made by this program and
// are then the law: it is run again only when the format gains a case, and its changes are reviewed as
// changes of the format.
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <vector>

#include "armor/hex.hpp"
#include "armor/names.hpp"
#include "armor/random.hpp"
#include "armor/receipt.hpp"
#include "tests/support/replaced.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/two_domains.hpp"

namespace immp::tests {
namespace {

using namespace armor;
namespace fs = std::filesystem;

// Octets as `line:` where they are whole lines of printable ASCII or UTF-8 text, else as base64.
std::string part_text(const std::string& name, std::string_view octets) {
    std::string text = "part: " + name + "\n";
    while (!octets.empty()) {
        const std::size_t end = octets.find('\n');
        const std::string_view line = octets.substr(0, end);
        const bool plain = end != octets.npos && is_utf8(line) && std::ranges::all_of(line, [](char c) {
                               return static_cast<unsigned char>(c) >= 0x20;
                           });
        if (!plain) break;
        text += "line: " + std::string(line) + "\n";
        octets.remove_prefix(end + 1);
    }
    return octets.empty() ? text : text + "base64: " + encode_base64(as_bytes(octets)) + "\n";
}

class Vectors {
  public:
    Vectors(fs::path root, std::string folder) : folder_(root / folder) { fs::create_directories(folder_); }

    void write(const std::string& name, const std::string& why, const std::string& expect,
               const std::string& rest) {
        std::ofstream(folder_ / (name + ".txt")) << "# " << why << "\nexpect: " << expect << "\n" << rest;
    }

  private:
    fs::path folder_;
};

std::string hex_field(const std::string& name, ByteView octets) {
    return name + ": " + encode_hex(octets) + "\n";
}

// ---- records

void write_records(const fs::path& root) {
    Vectors vectors(root, "record");
    const TestDomain a = a_example();
    const std::string good = a.record.text();
    const std::string print = hex_field("fingerprint", a.record.fingerprint());
    vectors.write("domain", "A domain's first record", "accepted", print + part_text("record", good));
    vectors.write("in-force", "The same in the middle of its time", "accepted",
                  print + "now: 2026-06-01T00:00:00Z\n" + part_text("record", good));
    vectors.write("expired", "The same after its time", "424 the key record has expired",
                  print + "now: 2027-01-01T00:00:01Z\n" + part_text("record", good));
    vectors.write("not-yet", "The same before its time, clocks ten minutes apart allowed",
                  "424 the key record is not yet in force",
                  print + "now: 2025-12-31T23:49:59Z\n" + part_text("record", good));

    RecordClaims claims = a.claims;
    claims.name = "bücher.example";
    claims.suites = {1, 2};
    claims.next = commit_next(SigningPair::from_seed(secret_of(0x77)).open);
    const Record unicode = Record::make(claims, a.sign).value();
    vectors.write("u-labels", "A domain in U-labels, a commitment, a second suite", "accepted",
                  hex_field("fingerprint", unicode.fingerprint()) + part_text("record", unicode.text()));

    const auto user_pair = SigningPair::from_seed(secret_of(0x41));
    claims = a.claims;
    claims.owner = Owner::kUser;
    claims.name = "alice@a.example";
    claims.sign = user_pair.open;
    const Record user = Record::make(claims, user_pair).value();
    const Record vouched = user.vouched(a.record.fingerprint(), a.sign).value();
    const std::string user_print = hex_field("fingerprint", user.fingerprint());
    vectors.write("user", "A user's record with its domain's countersignature", "accepted",
                  user_print + part_text("record", vouched.text()) + part_text("domain", good));
    vectors.write("user-unvouched", "A user's record without it",
                  "412 the record is not vouched for by this domain",
                  user_print + part_text("record", user.text()) + part_text("domain", good));
    vectors.write(
        "user-other-domain", "Vouched for by a domain that is not the user's",
        "412 the record is not vouched for by this domain",
        user_print + part_text("record", vouched.text()) + part_text("domain", b_example().record.text()));
    const Record forged = user.vouched(a.record.fingerprint(), b_example().sign).value();
    vectors.write("user-forged-vouch", "The countersignature is another key's",
                  "422 the domain's countersignature does not hold",
                  user_print + part_text("record", forged.text()) + part_text("domain", good));

    const auto refuse = [&](const std::string& name, const std::string& why, const std::string& expect,
                            const std::string& octets) {
        vectors.write(name, why, expect, part_text("record", octets));
    };
    const auto edit = [&](const std::string& name, const std::string& why, const std::string& expect,
                          std::string_view from,
                          std::string_view to) { refuse(name, why, expect, replaced(good, from, to)); };
    edit("first-line", "Another format's first line", "400 not a key record", "IMMP-KEY 1", "IMMP-KEY 2");
    edit("crlf", "CR before a line end", "400 not a key record", "IMMP-KEY 1\n", "IMMP-KEY 1\r\n");
    edit("unknown-member", "A member that is not of suite 1", "400 a member that does not belong here",
         "\"serial\":1", "\"serial\":1,\"extra\":1");
    edit("missing-member", "No serial", "400 serial is missing or of another type", "\"serial\":1,", "");
    edit("doubled-member", "The serial twice", "400 not JSON, or too much of it", "\"serial\":1",
         "\"serial\":1,\"serial\":1");
    edit("doubled-escaped", "The serial twice, once with an escape in its name",
         "400 not JSON, or too much of it", "\"serial\":1", "\"serial\":1,\"seri\\u0061l\":1");
    edit("both-owners", "A domain and an IMID", "400 a member that does not belong here", "\"serial\":1",
         "\"imid\":\"alice@a.example\",\"serial\":1");
    edit("serial-negative", "A sign", "400 not JSON, or too much of it", "\"serial\":1", "\"serial\":-1");
    edit("serial-fraction", "A fraction", "400 not JSON, or too much of it", "\"serial\":1",
         "\"serial\":1.0");
    edit("serial-exponent", "An exponent", "400 not JSON, or too much of it", "\"serial\":1",
         "\"serial\":1e0");
    edit("serial-too-large", "2^53: not exact everywhere", "400 not JSON, or too much of it", "\"serial\":1",
         "\"serial\":9007199254740992");
    edit("serial-text", "A number as text", "400 serial is missing or of another type", "\"serial\":1",
         "\"serial\":\"1\"");
    edit("key-short", "A key of 31 octets", "400 sign is not 32 octets in base64",
         encode_base64(a.claims.sign), encode_base64(ByteView(a.claims.sign).first(31)));
    std::string loose = encode_base64(a.claims.seal);
    loose[42] = static_cast<char>(loose[42] + 1);
    edit("key-trailing-bits", "Base64 with bits that no octet takes", "400 seal is not 32 octets in base64",
         encode_base64(a.claims.seal), loose);
    edit("key-unpadded", "Base64 without its padding", "400 seal is not 32 octets in base64",
         encode_base64(a.claims.seal), encode_base64(a.claims.seal).substr(0, 43));
    edit("time-offset", "A time with an offset", "400 not-before is no time", "2026-01-01T00:00:00Z",
         "2026-01-01T00:00:00+00:00");
    edit("time-none", "A day that does not exist", "400 not-before is no time", "2026-01-01", "2026-02-29");
    edit("time-reversed", "Ends before it begins", "400 not-after is not after not-before", "2027-01-01",
         "2025-01-01");
    edit("previous-upper", "A fingerprint in upper case", "400 previous is no fingerprint",
         "\"previous\":null", "\"previous\":\"" + std::string(64, 'A') + "\"");
    edit("suites-none", "No suite", "400 suites do not rise", "[1]", "[]");
    edit("suites-fall", "Suites out of order", "400 suites do not rise", "[1]", "[2,1]");
    edit("suites-unknown", "Only a suite of the future", "423 no suite that is known here", "[1]", "[2]");
    edit("space-before", "White space before the object", "400 not a JSON line", "{", " {");
    edit("byte-order-mark", "A byte order mark", "400 not a JSON line", "{", "\xef\xbb\xbf{");
    edit("tab", "A tab between members", "400 not a JSON line", ",\"serial\"", ",\t\"serial\"");
    edit("bad-utf8", "A name that is not UTF-8", "400 not JSON, or too much of it", "a.example",
         "a\xff.example");
    edit("upper-case-domain", "A domain in upper case", "400 domain has not the form of one", "a.example",
         "A.example");
    edit("a-label", "A domain as A-label", "400 domain has not the form of one", "a.example",
         "xn--bcher-kva.example");
    edit("final-dot", "A final dot", "400 domain has not the form of one", "a.example", "a.example.");
    edit("altered", "One digit of the serial changed: the signature is another octets'",
         "422 the record's own signature does not hold", "\"serial\":1", "\"serial\":2");
    refuse("no-final-newline", "The last newline is missing", "400 a line is missing",
           good.substr(0, good.size() - 1));
    refuse("trailing-line", "A line behind the end", "400 a line that does not belong into this record",
           good + "\n");
    const std::string signature = encode_base64(sign(a.sign, a.record.fingerprint()));
    refuse("stray-previous", "A predecessor's signature without a predecessor",
           "400 a line that does not belong into this record", good + signature + "\n");
    refuse("stray-vouch", "A countersignature in a domain's record",
           "400 a line that does not belong into this record",
           good + encode_hex(a.record.fingerprint()) + " " + signature + "\n");
    refuse("too-long", "More octets than any record", "413 the record is too long",
           good + std::string(4608, 'x'));
    refuse("line-too-long", "A JSON line of 4,097 octets", "413 a line is too long",
           replaced(good, "a.example", std::string(4097 - good.find("\",\"serial") + 11, 'a')));
}

// ---- chains

void write_chains(const fs::path& root) {
    Vectors vectors(root, "chain");
    const TestDomain a = a_example();
    const auto pair = [](std::uint8_t seed) { return SigningPair::from_seed(secret_of(seed)); };
    const auto made = [](RecordClaims claims, const SigningPair& own, const SigningPair* before = nullptr) {
        claims.sign = own.open;
        return Record::make(claims, own, before).value();
    };
    const auto heir = [&](const Record& of, std::uint64_t serial) {
        RecordClaims claims = of.claims();
        claims.serial = serial;
        claims.previous = of.fingerprint();
        claims.seal = SealingPair::from_secret(secret_of(static_cast<std::uint8_t>(0x60 + serial))).open;
        return claims;
    };
    const auto chain = [&](const std::string& name, const std::string& why, const std::string& expect,
                           const Record& pinned, const std::vector<Record>& records) {
        std::string text = part_text("pinned", pinned.text());
        for (const Record& record : records)
            text += part_text("record", record.text());
        vectors.write(name, why, expect, text);
    };

    const Record& first = a.record;
    const Record sealed = made(heir(first, 2), a.sign);
    const SigningPair second_pair = pair(0x51), third_pair = pair(0x52), wrong_pair = pair(0x53);
    const Record renewed = made(heir(sealed, 3), second_pair, &a.sign);
    const Record again = made(heir(renewed, 4), third_pair, &second_pair);
    chain("same", "The pinned record itself", "accepted", first, {first});
    chain("new-seal", "The same signing key, a later serial", "accepted", first, {sealed});
    chain("skipped", "The same signing key, a serial in between never seen", "accepted", first,
          {made(heir(sealed, 3), a.sign)});
    chain("new-sign", "Another signing key, signed by the one before", "accepted", sealed, {renewed});
    chain("history", "The whole history from the pinned record to the third signing key", "accepted", first,
          {first, sealed, renewed, again});
    chain("history-older", "A pin in the middle of the history", "accepted", sealed,
          {first, sealed, renewed, again});
    chain("gap", "Another signing key without the record between", "412 key changed: the chain is broken",
          first, {renewed});
    chain("serial-same", "The serial stays", "412 key changed: the serial does not rise", sealed,
          {made(heir(first, 2), second_pair, &a.sign)});
    chain("serial-falls", "An older record is put forward", "412 key changed: the serial does not rise",
          renewed, {sealed});
    chain("unsigned", "Another signing key without the old one's signature",
          "412 key changed: the key before did not sign it", sealed, {made(heir(sealed, 3), second_pair)});
    chain("wrongly-signed", "The old key's place is taken by another",
          "412 key changed: the key before did not sign it", sealed,
          {made(heir(sealed, 3), second_pair, &wrong_pair)});
    const Record needless =
        Record::parse(as_bytes(sealed.text() + encode_base64(sign(a.sign, sealed.fingerprint())) + "\n"))
            .value();
    chain("needless-signature", "A predecessor's signature where the key did not change",
          "412 key changed: signed twice by the same key", first, {needless});
    const Record other = b_example().record;
    RecordClaims claims = heir(other, 3);
    chain("other-domain", "Another domain's record", "412 key changed: it is another's record", first,
          {made(claims, a.sign)});

    claims = heir(first, 2);
    claims.next = commit_next(second_pair.open);
    const Record committed = made(claims, a.sign);
    chain("committed", "The first commitment, under the same signing key", "accepted", first, {committed});
    chain("commitment-kept", "The key that was committed to", "accepted", committed,
          {made(heir(committed, 3), second_pair, &a.sign)});
    chain("commitment-broken", "A stolen signing key names a successor that was not committed to",
          "412 key changed: another key was committed to", committed,
          {made(heir(committed, 3), wrong_pair, &a.sign)});
    claims = heir(committed, 3);
    claims.next = std::nullopt;
    chain("commitment-dropped", "A stolen signing key takes the commitment back",
          "412 key changed: the commitment to the next key was dropped", committed, {made(claims, a.sign)});
    claims.next = commit_next(wrong_pair.open);
    chain("commitment-changed", "A stolen signing key commits to its own successor",
          "412 key changed: the commitment to the next key was dropped", committed, {made(claims, a.sign)});
}

// ---- bundles

constexpr std::string_view kMailOctets =
    "The octets of the items stand here; what they say is bridge/mail's.\n";

// The header's text edited, and signed again as an origin that means it would.
std::string resigned(const TestDomain& from, const TestBundle& bundle, std::string_view old,
                     std::string_view fresh) {
    Head head = bundle.head;
    head.header = replaced(head.header, old, fresh);
    head.signature = sign(from.sign, bundle_digest(head));
    return head_text(head) + bundle.payload;
}

// A stream of one record that ends with another tag, under a header that is right about it.
std::string wrongly_ended(const TestDomain& from, const TestDomain& to) {
    const Route route = test_route(from, to);
    const auto key = secret_of(0x31);
    const auto stream_key = derive_key(key, "IMMP1 payload", route);
    crypto_secretstream_xchacha20poly1305_state state;
    Bytes payload(24 + 512 + 17);
    const Bytes plain(512);
    crypto_secretstream_xchacha20poly1305_init_push(&state, payload.data(), stream_key.view().data());
    crypto_secretstream_xchacha20poly1305_push(&state, payload.data() + 24, nullptr, plain.data(),
                                               plain.size(), nullptr, 0,
                                               crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    Hasher hasher("IMMP1 cipher");
    hasher.add(payload);
    const Head head = make_head(route, key, {payload.size(), hasher.digest()}, to.record, from.sign,
                                at("2026-03-01T12:00:00Z"))
                          .value();
    return head_text(head) + std::string(as_text(payload));
}

void add_hops(Head& head, const TestDomain& relay, std::size_t count) {
    for (std::size_t hop = 0; hop < count; ++hop) {
        head.hops.push_back(make_hop(bundle_digest(head), head.hops, relay.name,
                                     at("2026-03-01T12:00:05Z") + std::chrono::seconds(hop),
                                     relay.record.fingerprint(), relay.sign)
                                .value());
    }
}

void write_bundles(const fs::path& root) {
    Vectors vectors(root, "bundle");
    const TestDomain a = a_example(), b = b_example();
    const TestDomain relay = test_domain("relay.example", 0x71);
    const auto context = [](const std::string& now, const Record& origin, const Record& destination,
                            const SealingPair& seal) {
        return "now: " + now + "\n" + hex_field("destination-secret", seal.secret.view()) +
               part_text("origin", origin.text()) + part_text("destination", destination.text());
    };
    const std::string noon = "2026-03-01T12:00:01Z";
    const std::string usual = context(noon, a.record, b.record, b.seal);
    const auto result = [](const TestBundle& bundle, std::string_view plain) {
        return hex_field("content-key", bundle.key.view()) + hex_field("digest", bundle_digest(bundle.head)) +
               part_text("plaintext", plain);
    };
    const TestBundle good = seal_bundle(a, b, kMailOctets);
    const std::string text = good.text();
    vectors.write("small", "One record, padded to 512 octets", "accepted",
                  usual + result(good, kMailOctets) + part_text("bundle", text));
    const TestBundle empty = seal_bundle(a, b, "");
    vectors.write("empty", "No items at all: a sealed echo", "accepted",
                  usual + result(empty, "") + part_text("bundle", empty.text()));
    TestBundle passed = seal_bundle(a, b, kMailOctets);
    add_hops(passed.head, relay, 2);
    const std::string relays =
        part_text("relay", relay.record.text()) + part_text("relay", relay.record.text());
    vectors.write("hops", "Two relays' lines behind the signature", "accepted",
                  usual + relays + result(passed, kMailOctets) + part_text("bundle", passed.text()));
    vectors.write("seven-days", "Signed exactly seven days ago", "accepted",
                  context("2026-03-08T12:00:00Z", a.record, b.record, b.seal) + result(good, kMailOctets) +
                      part_text("bundle", text));
    Head spaced = good.head;
    spaced.header = replaced(spaced.header, "{\"envelope\":{", "{ \"envelope\" : { ");
    spaced.signature = sign(a.sign, bundle_digest(spaced));
    const TestBundle loose{good.key.clone(), spaced, good.payload};
    vectors.write("spaces", "Spaces between the header's members: its octets are signed as they stand",
                  "accepted", usual + result(loose, kMailOctets) + part_text("bundle", loose.text()));

    const auto refuse = [&](const std::string& name, const std::string& why, const std::string& expect,
                            const std::string& octets) {
        vectors.write(name, why, expect, usual + part_text("bundle", octets));
    };
    const auto edit = [&](const std::string& name, const std::string& why, const std::string& expect,
                          std::string_view from,
                          std::string_view to) { refuse(name, why, expect, resigned(a, good, from, to)); };
    refuse("first-line", "Another format's first line", "400 not a bundle",
           replaced(text, "IMMP-BUNDLE 1", "IMMP-BUNDLE 2"));
    refuse("header-too-long", "A header of over 4,096 octets", "413 a line is too long",
           replaced(text, "{\"envelope\"", "{" + std::string(4096, ' ') + "\"envelope\""));
    TestBundle circling = seal_bundle(a, b, kMailOctets);
    add_hops(circling.head, relay, 50);
    circling.head.hops.push_back(circling.head.hops.back());
    refuse("hops-too-many", "51 hops", "413 too many hops", circling.text());
    const std::string hop_line = hop_text(passed.head.hops[0]);
    refuse("hop-too-long", "A hop of over 430 octets", "413 a line is too long",
           replaced(passed.text(), hop_line, std::string(431, 'a')));
    refuse("hop-form", "A hop without its time", "400 not a hop",
           replaced(passed.text(), " 2026-03-01T12:00:05Z", ""));
    edit("not-json", "The header is not JSON", "400 not a JSON line", "{\"envelope\"", "\"envelope\"");
    edit("extra-outer", "A member beside the envelope", "400 a member that does not belong here",
         "{\"envelope\"", "{\"x\":1,\"envelope\"");
    edit("extra-inner", "A member too many in received-from", "400 a member that does not belong here",
         "\"timestamp\"", "\"x\":1,\"timestamp\"");
    edit("bundle-id-upper", "A UUID in upper case", "400 immp-bundle is no UUID", "6f1d0c52", "6F1D0C52");
    edit("origin-form", "A domain with a space", "400 immp-origin is no domain",
         "\"immp-origin\":\"a.example\"", "\"immp-origin\":\"a .example\"");
    edit("destination-form", "A destination that is an IMID", "400 immp-destination is no domain",
         "\"immp-destination\":\"b.example\"", "\"immp-destination\":\"bob@b.example\"");
    edit("keys-one", "One fingerprint only", "400 immp-keys are not two",
         ",\"" + encode_hex(b.record.fingerprint()) + "\"]", "]");
    edit("keys-form", "A fingerprint that is none", "400 immp-keys has what is no digest",
         encode_hex(b.record.fingerprint()), "00");
    edit("boxes-two", "Two boxes", "400 immp-recipient is not one box of 80 octets in base64",
         "\"immp-recipient\":[", "\"immp-recipient\":[\"" + encode_base64(good.head.box) + "\",");
    edit("box-short", "A box of 79 octets", "400 immp-recipient is not one box of 80 octets in base64",
         encode_base64(good.head.box), encode_base64(ByteView(good.head.box).first(79)));
    edit("payload-text", "The length as text", "400 immp-payload is not a list of a number and a text",
         "\"immp-payload\":[553", "\"immp-payload\":[\"553\"");
    edit("payload-length", "A length that no padded plaintext has",
         "400 immp-payload has a length that none can have", "\"immp-payload\":[553",
         "\"immp-payload\":[554");
    edit("other-sender", "received-from is not the origin", "400 received-from is not the origin",
         "\"received-from\":{\"domain\":\"a.example\"", "\"received-from\":{\"domain\":\"c.example\"");
    edit("time-form", "A time with a fraction", "400 timestamp is no time", "12:00:00Z", "12:00:00.0Z");
    edit("suite-missing", "No suite", "400 immp-suite is missing or of another type", "\"immp-suite\":1,",
         "");
    edit("suite", "A suite of the future, whatever else it has", "423 unknown suite", "\"immp-suite\":1",
         "\"immp-suite\":2,\"x\":1");
    refuse("signature-form", "A signature of 87 characters", "400 a signature is 64 octets in base64",
           replaced(text, encode_base64(good.head.signature), encode_base64(good.head.signature).substr(1)));
    refuse("head-cut", "The head is not complete", "400 the head is not complete",
           text.substr(0, head_text(good.head).size() - 1));

    const auto seen = [&](const std::string& name, const std::string& why, const std::string& expect,
                          const std::string& surroundings, const std::string& octets) {
        vectors.write(name, why, expect, surroundings + part_text("bundle", octets));
    };
    seen("stale", "Signed seven days and a second ago", "424 the bundle is stale",
         context("2026-03-08T12:00:01Z", a.record, b.record, b.seal), text);
    seen("ahead", "Signed more than ten minutes ahead of the reader", "424 the bundle is ahead of our clock",
         context("2026-03-01T11:49:59Z", a.record, b.record, b.seal), text);
    seen("other-origin-key", "The reader holds another record of the origin",
         "412 the origin's key is another one",
         context(noon, test_domain("a.example", 0x15).record, b.record, b.seal), text);
    seen("other-origin-domain", "The record is another domain's", "412 the origin's key is another one",
         context(noon, relay.record, b.record, b.seal), text);
    refuse("forged", "The header altered, the signature left", "422 the origin's signature does not hold",
           replaced(text, "6f1d0c52", "6f1d0c53"));
    TestBundle lost = seal_bundle(a, b, kMailOctets);
    add_hops(lost.head, relay, 2);
    lost.head.hops.erase(lost.head.hops.begin());
    vectors.write("hop-taken-out", "A relay hides the hop before its own",
                  "422 the hop's signature does not hold",
                  usual + part_text("relay", relay.record.text()) + part_text("bundle", lost.text()));
    vectors.write("hop-other-relay", "A hop that names another record", "412 the hop names another record",
                  usual + part_text("relay", b.record.text()) + part_text("bundle", passed.text()));
    const TestDomain later = test_domain("b.example", 0x25);
    seen("not-ours", "Sealed to a record that the reader has no secret of",
         "423 sealed to a key that is not ours, or no longer",
         context(noon, a.record, later.record, later.seal), text);
    seen("box-other-key", "The record is ours, the secret another one", "423 the key box does not open",
         context(noon, a.record, b.record, later.seal), text);
    KeyBox box = good.head.box;
    box[70] ^= 1U;
    edit("box-altered", "One bit of the box changed, signed again", "423 the key box does not open",
         encode_base64(good.head.box), encode_base64(box));
    edit("bound-to-id", "The same box and payload under another bundle id, signed by the origin",
         "423 a record of the payload does not open", "6f1d0c52", "6f1d0c53");
    std::string flipped = text;
    flipped[flipped.size() - 100] = static_cast<char>(flipped[flipped.size() - 100] ^ 4);
    refuse("payload-altered", "One bit of the payload changed", "423 a record of the payload does not open",
           flipped);
    refuse("payload-cut", "The last octet is missing", "423 the payload is not complete",
           text.substr(0, text.size() - 1));
    refuse("payload-none", "Nothing behind the head", "423 the payload is not complete",
           head_text(good.head));
    refuse("payload-longer", "An octet behind the payload", "400 octets behind the payload's end",
           text + "x");
    refuse("payload-tag", "The last record is not marked as the last",
           "423 a record of the payload has the wrong tag", wrongly_ended(a, b));
    edit("payload-digest", "Another digest, signed by the origin", "422 the payload has another digest",
         encode_hex(good.head.payload.digest), std::string(64, '0'));
}

// ---- receipts

std::string sealed_lines(const TestBundle& bundle, std::string plain, std::size_t block = 256) {
    plain.resize((plain.size() + block - 1) / block * block);
    const auto key = derive_key(bundle.key, "IMMP1 answer", bundle.head.route);
    std::string answer(24 + 16 + plain.size(), '\0');
    auto* octets = reinterpret_cast<unsigned char*>(answer.data());
    randombytes_buf(octets, 24);
    crypto_secretbox_easy(octets + 24, as_bytes(plain).data(), plain.size(), octets, key.view().data());
    return answer;
}

void write_receipts(const fs::path& root) {
    Vectors vectors(root, "receipt");
    const TestDomain a = a_example(), b = b_example();
    const TestBundle sent = seal_bundle(a, b, kMailOctets);
    const ReceiptSigner signer{b.record.fingerprint(), b.sign, at("2026-03-01T12:00:02Z")};
    using namespace std::chrono_literals;
    const std::vector<Outcome> outcomes = {
        {0, 0, 275, {}, {}}, {1, 0, 451, {}, "5.1.1"}, {1, 1, 441, 300s, "4.2.2"}};
    const std::string lines = "0 0 275\n1 0 451 e=5.1.1\n1 1 441 retry=300 e=4.2.2\n";
    const Receipt good = make_receipt(sent.head, sent.key, outcomes, signer).value();

    const auto context = [&](const Record& destination, const Head& head, const ContentKey& key,
                             const std::string& recipients) {
        return hex_field("content-key", key.view()) + "recipients: " + recipients + "\n" +
               part_text("head", head_text(head)) + part_text("destination", destination.text());
    };
    const std::string usual = context(b.record, sent.head, sent.key, "1 2");
    const auto put = [&](const std::string& name, const std::string& why, const std::string& expect,
                         const std::string& surroundings, const std::string& octets) {
        vectors.write(name, why, expect, surroundings + part_text("receipt", octets));
    };
    // Edited JSON or another answer, signed again by the destination.
    const auto signed_again = [&](Receipt receipt) {
        Hasher hasher("IMMP1 receipt");
        hasher.add(receipt.json);
        hasher.add("\n");
        hasher.add(receipt.answer);
        receipt.signature = sign(b.sign, hasher.digest());
        return receipt_text(receipt);
    };
    const auto edit = [&](const std::string& name, const std::string& why, const std::string& expect,
                          std::string_view from, std::string_view to) {
        Receipt receipt = good;
        receipt.json = replaced(receipt.json, from, to);
        put(name, why, expect, usual, signed_again(receipt));
    };
    const auto answered = [&](const std::string& name, const std::string& why, const std::string& expect,
                              const std::string& plain, const std::string& rest = {}) {
        Receipt receipt = good;
        const std::string answer = sealed_lines(sent, plain);
        receipt.answer.assign(answer.begin(), answer.end());
        put(name, why, expect, usual + rest, signed_again(receipt));
    };
    put("opened", "Three recipients in two items", "accepted", usual + part_text("outcomes", lines),
        receipt_text(good));
    put("echo", "A bundle without items", "accepted",
        context(b.record, sent.head, sent.key, "") + part_text("outcomes", ""),
        receipt_text(make_receipt(sent.head, sent.key, {}, signer).value()));
    answered("any-order", "The lines in another order", "accepted",
             "1 1 441 retry=300 e=4.2.2\n0 0 275\n1 0 451 e=5.1.1\n", part_text("outcomes", lines));
    put("refused", "The bundle as a whole refused", "accepted", usual,
        receipt_text(make_refusal(sent.head, 450, signer).value()));

    const std::string text = receipt_text(good);
    put("first-line", "Another format's first line", "400 not a receipt", usual,
        replaced(text, "IMMP-RECEIPT 1", "IMMP-RECEIPT 2"));
    put("cut", "Cut inside its JSON", "400 a line is missing", usual, text.substr(0, 60));
    put("too-long", "A JSON line of over 4,096 octets", "413 a line is too long", usual,
        replaced(text, "{", "{" + std::string(4096, ' ')));
    edit("unknown-member", "A member too many", "400 a member that does not belong here", "\"code\":275",
         "\"code\":275,\"x\":1");
    edit("code-success", "200 is no receipt's code", "400 code is not 275, 4xx or 7xx", "\"code\":275",
         "\"code\":200");
    edit("code-refusal", "A refusal with an answer", "400 the answer does not fit the code", "\"code\":275",
         "\"code\":450");
    edit("digest-form", "The digest in upper case", "400 digest is no digest",
         encode_hex(good.digest).substr(0, 12), "ABCDEFABCDEF");
    Receipt bare = good;
    bare.answer.clear();
    put("answer-none", "275 without an answer", "400 the answer does not fit the code", usual,
        signed_again(bare));
    Receipt odd = good;
    odd.answer.push_back(0);
    put("answer-length", "An answer that is not whole blocks", "400 the answer does not fit the code", usual,
        signed_again(odd));
    edit("other-bundle", "Another bundle's id", "404 the receipt is for another bundle", "6f1d0c52",
         "6f1d0c53");
    edit("other-header", "The same id, another header's digest", "422 the receipt is for another header",
         encode_hex(good.digest), std::string(64, '0'));
    edit("other-key", "Signed by a record that is not the one at hand",
         "412 the destination's key is another one", encode_hex(b.record.fingerprint()),
         std::string(64, '0'));
    put("other-destination", "The record is another domain's", "412 the destination's key is another one",
        context(a.record, sent.head, sent.key, "1 2"), text);
    std::string flipped = text;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    put("altered", "One bit of the answer changed", "422 the receipt's signature does not hold", usual,
        flipped);
    put("other-content-key", "The sender has another content key", "423 the answer does not open",
        context(b.record, sent.head, secret_of(0x32), "1 2"), text);
    const std::string first = "0 0 275\n", second = "1 0 451 e=5.1.1\n",
                      third = "1 1 441 retry=300 e=4.2.2\n";
    answered("one-missing", "A recipient is not told", "400 not every recipient exactly once",
             first + second);
    answered("one-twice", "A recipient is told twice", "400 not every recipient exactly once",
             first + second + third + third);
    answered("one-too-many", "A recipient that was not sent to", "400 not every recipient exactly once",
             first + second + third + "1 2 275\n");
    answered("no-cause", "A refusal without e=", "400 not an outcome line", first + "1 0 451\n" + third);
    answered("wrong-class", "retry= with a permanent class", "400 not an outcome line",
             first + second + "1 1 441 retry=300 e=5.2.2\n");
    answered("no-retry", "A temporary class without retry=", "400 not an outcome line",
             first + second + "1 1 441 e=4.2.2\n");
    answered("success-with-cause", "A success with e=", "400 not an outcome line",
             "0 0 275 e=2.0.0\n" + second + third);
    answered("leading-zero", "A number with a leading zero", "400 not an outcome line",
             "00 0 275\n" + second + third);
    answered("two-spaces", "Two spaces", "400 not an outcome line", "0  0 275\n" + second + third);
    answered("line-open", "The last line has no end", "400 not an outcome line",
             first + second + third + "1 1 275");
    answered("padding-dirty", "Something behind the zeros", "400 the answer's padding is not exact",
             first + second + third + std::string(3, '\0') + "x");
    answered("padding-long", "A whole block of zeros too many", "400 the answer's padding is not exact",
             first + second + third + std::string(256, '\0'));
}

}  // namespace

int write_all(const fs::path& root) {
    const std::function<void(const fs::path&)> writers[] = {write_records, write_chains, write_bundles,
                                                            write_receipts};
    std::uint64_t stream = 1;
    for (const auto& write : writers) {
        restart_seeded_random(stream++);
        write(root);
    }
    return 0;
}

}  // namespace immp::tests

int main(int argc, char** argv) {
    immp::tests::use_seeded_random();
    if (argc != 2 || !immp::armor::initialise()) {
        std::cerr << "usage: make_vectors FOLDER\n";
        return 2;
    }
    return immp::tests::write_all(argv[1]);
}
