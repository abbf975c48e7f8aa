// Writes tests/vectors/sealed/: `make_sealed_vectors FOLDER` (tests/vectors/README.md). As with make_vectors,
// the files are the law and not the program.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "armor/random.hpp"
#include "tests/support/replaced.hpp"
#include "tests/support/sealed_sample.hpp"

namespace immp::tests {
namespace {

namespace fs = std::filesystem;

struct Reading {
    std::string id = kSealedId;
    std::string from = "alice@a.example";
    std::string me = "bob@b.example";
    TestUser held = bob();
    armor::SigningPublic sign = alice().sign.open;
};

class Vectors {
  public:
    explicit Vectors(fs::path folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }

    void write(const std::string& name, const std::string& why, const std::string& expect,
               const std::string& octets, const Reading& reading = {}, const std::string& found = {}) {
        std::ofstream(folder_ / (name + ".txt"))
            << "# " << why << "\nexpect: " << expect << "\nid: " << reading.id << "\nfrom: " << reading.from
            << "\nme: " << reading.me << "\nkey: " << armor::encode_hex(reading.held.record.fingerprint())
            << "\nsecret: " << armor::encode_hex(reading.held.seal.secret.view())
            << "\nsign: " << armor::encode_hex(reading.sign) << "\n"
            << found << "part: sealed\nbase64: " << armor::encode_base64(as_bytes(octets)) << "\n";
    }

  private:
    fs::path folder_;
};

const std::string kFound =
    "subject: For you\nparts: part-1 28 empty 0 logo.png 3\npart: bodies\nline: Hello Bob,\nline: read this "
    "alone.\ntext: PNG\n";

void write_accepted(Vectors& vectors) {
    const std::string good = sealed_text();
    vectors.write("recipient", "Text, an empty part and an attachment, read by whom it is for", "accepted",
                  good, {}, kFound);
    Reading own;
    own.me = "alice@a.example";
    own.held = alice();
    vectors.write("sender", "The same, read by its sender", "accepted", good, own, kFound);
    RawSealed raw = raw_sealed();
    raw.boxes.pop_back();
    raw.seal.to.pop_back();
    vectors.write("one-box", "Without a box for the sender", "accepted", sealed_text(std::move(raw)), {},
                  kFound);
}

void write_heads(Vectors& vectors) {
    const std::string good = sealed_text();
    const std::string head = head_of(raw_sealed());
    const std::string payload = good.substr(head.size());
    const std::string box = head.substr(14, armor::kSealedBoxBytes);
    const std::string form = "400 not sealed content: a box of another form";
    const auto with = [&](const std::string& other) { return other + payload; };
    vectors.write("first-line", "Another format", "400 not sealed content",
                  replaced(good, "SEALED 1", "SEALED 2"));
    vectors.write("crlf", "CR before a line end", "400 not sealed content", replaced(good, "1\n", "1\r\n"));
    vectors.write("empty", "Nothing at all", "400 not sealed content: it is cut off", "");
    vectors.write("no-box", "No box", "400 not sealed content: no box", with("IMMP-SEALED 1\n\n"));
    std::string upper = head;
    for (std::size_t at = 14; at < 14 + 64; ++at)
        if (upper[at] >= 'a' && upper[at] <= 'f') upper[at] = static_cast<char>(upper[at] - 'a' + 'A');
    vectors.write("upper-case", "A fingerprint in upper case", form, with(upper));
    vectors.write("short-box", "A box that is too short", form,
                  with(replaced(head, box, box.substr(0, 100) + "\n")));
    vectors.write("two-for-one", "Two boxes for one key", "400 not sealed content: two boxes for one key",
                  with(replaced(head, box, box + box)));
    std::string many = "IMMP-SEALED 1\n";
    for (int number = 0; number < 257; ++number) {
        armor::Digest key{};
        key[0] = static_cast<std::uint8_t>(number);
        key[1] = static_cast<std::uint8_t>(number >> 8);
        many += armor::encode_hex(key) + box.substr(64);
    }
    vectors.write("too-many", "257 boxes", "413 sealed for too many", many + "\n");
    vectors.write("head-cut", "Cut off within the boxes", "400 not sealed content: it is cut off",
                  good.substr(0, 100));
    vectors.write("length", "A payload of a length that it cannot have",
                  "400 sealed content of a length that it cannot have", good.substr(0, good.size() - 1));
    Reading other;
    other.held = test_user("bob@b.example", 0x61);
    vectors.write("no-key", "Sealed to no key of ours", "423 sealed to no key of ours", good, other);
    RawSealed raw = raw_sealed();
    raw.boxes[0].seal = other.held.seal.open;
    vectors.write("other-box", "The box is for another secret than its fingerprint's",
                  "423 the key box does not open", sealed_text(std::move(raw)));
    vectors.write("box-taken-out", "Another box was taken out on the way",
                  "423 a record of the payload does not open", good.substr(0, 14 + 174) + "\n" + payload);
    std::string flipped = good;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    vectors.write("altered", "An octet of the payload is another",
                  "423 a record of the payload does not open", flipped);
}

void write_seals(Vectors& vectors) {
    Reading other;
    other.id = "7f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77";
    vectors.write("replayed", "Under another message's id", "424 it was sent before, as another message",
                  sealed_text(), other);
    other = {};
    other.from = "carol@a.example";
    vectors.write("sent-on", "Sent on by somebody else, as it is",
                  "403 it was sealed by somebody else than who sent it", sealed_text(), other);
    other = {};
    other.me = "dave@b.example";
    vectors.write("for-another", "Our entry names somebody else", "403 it was sealed for somebody else",
                  sealed_text(), other);
    other = {};
    other.sign = bob().sign.open;
    vectors.write("unknown-signer", "Signed by a key that is not known to be the sender's",
                  "412 signed by no key of the sender", sealed_text(), other);
    const auto edit = [&](const std::string& name, const std::string& why, const std::string& expect,
                          const std::string& from, const std::string& to) {
        RawSealed raw = raw_sealed();
        raw.seal_json = replaced(armor::sign_seal(raw.seal, alice().sign).value(), from, to);
        vectors.write(name, why, expect, sealed_text(std::move(raw)));
    };
    const std::string bobs_key = armor::encode_hex(bob().record.fingerprint());
    {
        // bob signs nothing: he takes alice's seal and names dave in it.
        RawSealed raw = raw_sealed();
        const TestUser dave = test_user("dave@b.example", 0x61);
        std::string json = armor::sign_seal(raw.seal, alice().sign).value();
        json = replaced(json, "bob@b.example", dave.imid);
        raw.seal_json = replaced(json, bobs_key, armor::encode_hex(dave.record.fingerprint()));
        raw.boxes[0] = dave.recipient();
        Reading reading;
        reading.me = dave.imid;
        reading.held = test_user("dave@b.example", 0x61);
        vectors.write("resealed", "Opened, and sealed again for somebody else: no signature is for that",
                      "422 the sender's signature does not hold", sealed_text(std::move(raw)), reading);
    }
    {
        RawSealed raw = raw_sealed();
        raw.seal.record = bob().record;
        raw.seal.from = "bob@b.example";
        const std::string json = armor::sign_seal(raw.seal, alice().sign).value();
        raw.seal_json = replaced(json, "\"from\":\"bob@b.example\"", "\"from\":\"alice@a.example\"");
        vectors.write("record-of-another", "The record is not the sender's",
                      "400 record is no record of the sender", sealed_text(std::move(raw)));
    }
    edit("other-keys", "The seal names another key than the box",
         "400 malformed sealed content: the seal names other keys than the boxes", bobs_key,
         std::string(64, '0'));
    edit("seal-member", "A member that does not belong there", "400 a member that does not belong here",
         "{\"id\"", "{\"more\":1,\"id\"");
    edit("seal-id", "An id that is none", "400 id is no UUID", "6f1d0c52", "6F1D0C52");
    RawSealed raw = raw_sealed();
    raw.seal.digest[0] ^= 1;
    vectors.write("digest", "Signed, but over another digest than the content's",
                  "422 the content has another digest", sealed_text(std::move(raw)));
    raw = raw_sealed();
    std::string plain(512, '\0');
    plain[1] = 5;
    vectors.write("seal-too-long", "A seal of 327,680 octets is announced", "413 the seal's JSON is too long",
                  seal_plain(raw.key, head_of(raw), plain));
    plain[1] = 0;
    vectors.write("no-seal", "No seal", "400 malformed sealed content: no JSON",
                  seal_plain(raw.key, head_of(raw), plain));
}

void write_contents(Vectors& vectors) {
    const auto content = [&](const std::string& name, const std::string& why, const std::string& expect,
                             const std::string& from, const std::string& to) {
        vectors.write(
            name, why, expect,
            sealed_text(raw_sealed(raw_sealed().bodies, replaced(raw_sealed().content_json, from, to))));
    };
    const std::string malformed = "400 malformed sealed content: ";
    content("content-member", "A member that does not belong there", "400 a member that does not belong here",
            "{\"subject\"", "{\"more\":1,\"subject\"");
    content("subject-control", "A line end in the subject", malformed + "the subject", "For you",
            "For\\nyou");
    content("part-path", "A part whose name is a path", malformed + "a part's name", "logo.png",
            "a/logo.png");
    content("part-twice", "Two parts of one name", malformed + "two parts of one name", "logo.png", "part-1");
    content("part-type", "A type that is none", malformed + "a part's type", "image/png", "image");
    content("two-contents", "Two content parts", malformed + "not exactly one content part", "image/png\",",
            "image/png\",\"class\":\"content\",");
    content("lengths", "The parts are longer than what is there", malformed + "the parts have another length",
            "\"length\":3}", "\"length\":300}");
    RawSealed raw = raw_sealed();
    raw.behind = "?";
    vectors.write("padding-dirty", "Something in place of the zeros", malformed + "the padding",
                  sealed_text(std::move(raw)));
}

}  // namespace
}  // namespace immp::tests

int main(int argc, char** argv) {
    if (argc != 2 || !immp::armor::initialise()) {
        std::cerr << "usage: make_sealed_vectors FOLDER\n";
        return 2;
    }
    immp::tests::Vectors vectors(std::filesystem::path(argv[1]) / "sealed");
    immp::tests::write_accepted(vectors);
    immp::tests::write_heads(vectors);
    immp::tests::write_seals(vectors);
    immp::tests::write_contents(vectors);
    return 0;
}
