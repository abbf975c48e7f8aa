#include "bridge/net/output_queue.hpp"

#include <utility>

namespace immp::bridge {

void OutputQueue::push(std::string octets) {
    if (octets.empty()) return;
    size_bytes_ += octets.size();
    if (!chunks_.empty() && chunks_.back().size() + octets.size() <= kChunkBytes)
        chunks_.back() += octets;
    else
        chunks_.push_back(std::move(octets));
}

std::string_view OutputQueue::front() const {
    if (chunks_.empty()) return {};
    return std::string_view(chunks_.front()).substr(written_);
}

void OutputQueue::consume(std::size_t octets) {
    written_ += octets;
    size_bytes_ -= octets;
    if (written_ < chunks_.front().size()) return;
    chunks_.pop_front();
    written_ = 0;
}

}  // namespace immp::bridge
