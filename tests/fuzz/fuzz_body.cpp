// layer: wire
// Bodies of every kind, whole and in pieces: the same octets, the same end, the same error. Octets 0 and 1:
// kind and length of the body, 2: size of the pieces.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/wire/body.hpp"

namespace {

using namespace immp::bridge;

constexpr std::uint64_t kLimitBytes = 300;

struct Outcome {
    std::string octets;
    std::size_t taken = 0;
    BodyReader::State state = BodyReader::State::reading;
    int code = 0;
};

Outcome read(const BodyFrame& frame, std::string_view octets, std::size_t piece) {
    BodyReader reader(frame, kLimitBytes);
    Outcome outcome;
    while (outcome.taken < octets.size() && reader.state() == BodyReader::State::reading) {
        const BodyReader::Step step = reader.feed(octets.substr(outcome.taken, piece));
        outcome.taken += step.taken;
        outcome.octets += step.octets;
    }
    outcome.state = reader.state();
    outcome.code = reader.error() ? reader.error()->code : 0;
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    BodyFrame frame;
    frame.base64 = data[0] % 2 == 1;
    if (data[0] % 4 != 1) frame.length = data[1];
    const std::string_view octets(reinterpret_cast<const char*>(data) + 3, size - 3);
    const Outcome whole = read(frame, octets, octets.size());
    const Outcome pieces = read(frame, octets, 1u + data[2]);
    if (whole.code == 413 && pieces.code == 413) return 0;  // how much was taken by then differs
    const bool same = whole.octets == pieces.octets && whole.taken == pieces.taken &&
                      whole.state == pieces.state && whole.code == pieces.code;
    if (!same || whole.octets.size() > kLimitBytes) std::abort();
    return 0;
}
