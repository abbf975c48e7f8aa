// Stanzas on their way to the socket, counted in octets. Two lanes; whole stanzas only, so that nothing can
// come between the octets of one.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "component/outlet.hpp"

namespace immp::component {

class WriteQueue {
  public:
    void push(std::string stanza, Lane lane) {
        bytes_ += stanza.size();
        lane_of(lane).push_back(std::move(stanza));
    }

    /// What one write takes: all that is urgent, then pieces, until `limit` octets are reached. Empty:
    /// nothing waits. The octets count as queued until written().
    [[nodiscard]] std::vector<std::string> batch(std::size_t limit) {
        std::vector<std::string> stanzas;
        std::size_t taken = 0;
        for (auto* lane : {&urgent_, &bulk_}) {
            for (; !lane->empty() && taken < limit; lane->pop_front()) {
                taken += lane->front().size();
                stanzas.push_back(std::move(lane->front()));
            }
        }
        return stanzas;
    }

    void written(std::size_t count) { bytes_ -= count; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    std::deque<std::string>& lane_of(Lane lane) { return lane == Lane::urgent ? urgent_ : bulk_; }

    std::deque<std::string> urgent_;
    std::deque<std::string> bulk_;
    std::size_t bytes_ = 0;
};

}  // namespace immp::component
