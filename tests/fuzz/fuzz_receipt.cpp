// layer: armor
// A receipt that is read is written again octet by octet. Lines that a signer of the seeds' content key would
// seal are fuzzed too: the input is also taken as such lines.
#include <algorithm>
#include <cstdlib>

#include <sodium.h>

#include "armor/receipt.hpp"

namespace {

using namespace immp;

armor::ContentKey seed_key() {
    armor::ContentKey key;
    std::ranges::fill(key.fill(), std::uint8_t{0x31});
    return key;
}

void open_as_lines(ByteView octets) {
    const armor::Route route{"a.example", "b.example", "6f1d0c52-8f5e-4b0a-9a43-0d6c1f5e2b77", {}, {}};
    Bytes plain(octets.begin(), octets.end());
    plain.resize((plain.size() / armor::kAnswerBlockBytes + 1) * armor::kAnswerBlockBytes);
    Bytes answer(24 + 16 + plain.size());
    const auto key = armor::derive_key(seed_key(), "IMMP1 answer", route);
    crypto_secretbox_easy(answer.data() + 24, plain.data(), plain.size(), answer.data(), key.view().data());
    const std::uint32_t recipients[] = {1, 2};
    const auto outcomes = armor::open_answer(answer, seed_key(), route, recipients);
    if (outcomes && outcomes->size() != 3) std::abort();
    if (outcomes && !armor::seal_answer(*outcomes, seed_key(), route)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const auto receipt = armor::parse_receipt(octets);
    if (receipt && armor::receipt_text(*receipt) != as_text(octets)) std::abort();
    open_as_lines(octets);
    return 0;
}
