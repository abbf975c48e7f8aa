#include <algorithm>
#include <utility>

#include "bridge/session/input.hpp"
#include "bridge/wire/part_name.hpp"

namespace immp::bridge {
namespace {

constexpr std::string_view kContentType = "text/plain; charset=utf-8";
constexpr std::string_view kOtherType = "application/octet-stream";

// What the wire may carry for so many decoded octets: base64 in short lines is not twice as long, and what
// cannot be compressed grows by less than a hundredth.
std::uint64_t wire_limit(const BodyFrame& frame, Compression compression, std::uint64_t limit_bytes) {
    if (frame.base64) return 2 * limit_bytes + 1024;
    return compression == Compression::none ? limit_bytes : limit_bytes + limit_bytes / 64 + 1024;
}

// What may still come. A body that is refused only has to be read: it takes nothing of its message's room.
std::uint64_t room_for(const SessionCore& core, const Upload& upload) {
    const std::uint64_t most_bytes = core.most_body_bytes(upload.delivery.get());
    if (!upload.delivery || upload.refusal) return most_bytes;
    return most_bytes - std::min(most_bytes, upload.delivery->body_bytes);
}

// A part that was refused may be sent again: what came of it counts no more, nor does the node keep it.
void take_back(SessionCore& core, Upload& upload) {
    if (!std::exchange(upload.is_kept, false)) return;
    Delivery& delivery = *upload.delivery;
    delivery.body_bytes -= upload.kept_bytes;
    if (!delivery.ended) core.output.act(DropPart{delivery.submit.delivery, upload.number});
}

// Its DONE waits for bodies that only the client can end.
bool waits_for_client(const Lane& lane) {
    return !lane.waiting.empty() && lane.waiting.front().slot->verb == Verb::done && lane.delivery &&
           lane.delivery->open_bodies > 0;
}

std::string name_of(const Arguments& given) {
    if (const auto name = given.value("NAME")) return std::string(*name);
    return given.text(0);
}

Result<SubmittedPart> new_part(const Delivery& delivery, const Arguments& given, std::uint32_t most) {
    const std::vector<SubmittedPart>& parts = delivery.submit.parts;
    if (parts.size() >= most)
        return std::unexpected(refusal(413, "At most " + std::to_string(most) + " parts"));
    const bool named = !given.positional.empty() || given.value("NAME");
    if (!given.positional.empty() && given.value("NAME"))
        return std::unexpected(refusal(400, "The part is named twice"));
    SubmittedPart part;
    part.id = named ? name_of(given) : "part-" + std::to_string(parts.size() + 1);
    // A push and an item have one part, their content.
    const bool has_one =
        delivery.purpose == DeliveryPurpose::push || delivery.purpose == DeliveryPurpose::item;
    const bool is_content = given.has("+CONTENT") || has_one;
    part.part_class = is_content ? PartClass::content : PartClass::attachment;
    part.type = given.value("TYPE").value_or(is_content ? kContentType : kOtherType);
    part.number = delivery.next_part;
    if (!is_part_name(part.id))
        return std::unexpected(refusal(400, "A part's name is no path; 1 to 255 octets"));
    if (!is_media_type(part.type)) return std::unexpected(refusal(400, "TYPE is type/subtype"));
    if (std::ranges::count(parts, part.id, &SubmittedPart::id) > 0)
        return std::unexpected(refusal(400, "Another part has this name"));
    return part;
}

// Bounded: behind so many names only ABORT helps, since no part is ever saved under "".
void note_refused(Delivery& delivery, const std::string& name, std::uint32_t most) {
    delivery.refused.insert(delivery.refused.size() < most ? name : "");
}

}  // namespace

const Lane* SessionInput::find_lane(const std::string& pipeline) const {
    const auto at = core_.lanes_.find(pipeline);
    return at == core_.lanes_.end() ? nullptr : &at->second;
}

// A body cannot be set aside: nothing more is read until its DATA may begin. Only what ends without the
// client is waited for.
bool SessionInput::data_must_wait(const std::string& pipeline) const {
    const auto queued = [](const Lane* lane) {
        return lane && !lane->waiting.empty() && !waits_for_client(*lane);
    };
    const Lane* lane = find_lane(pipeline);
    if (queued(lane)) return true;
    if (lane && (lane->chunked || waits_for_client(*lane))) return false;
    if (!core_.output.all_done(pipeline, nullptr, Verb::done)) return true;
    const bool own_delivery = pipeline.empty() || (lane && lane->delivery);
    return !own_delivery && queued(find_lane(""));
}

// The pipeline's own, else the one open outside pipelines; none whose DONE was already sent.
DeliveryPtr SessionInput::delivery_for(const std::string& pipeline) const {
    for (const Lane* lane : {find_lane(pipeline), find_lane("")})
        if (lane && lane->delivery) return lane->waiting.empty() ? lane->delivery : nullptr;
    return nullptr;
}

void SessionInput::begin_data(const Command& command) {
    auto upload = std::make_shared<Upload>();
    upload->slot = core_.output.open(command.pipeline, Verb::data);
    upload->refusal = refusal_of(command);
    const Lane* lane = find_lane(command.pipeline);
    const bool in_chunks = lane && lane->chunked;
    const auto frame = body_frame(command);
    if (!frame || (frame->chunked && in_chunks)) {
        core_.refuse(*upload->slot, frame ? refusal(400, "CHUNKED inside CHUNKED, closing") : frame.error());
        return core_.close();
    }
    if (!upload->refusal && in_chunks) upload->refusal = refusal(405, "Only CHUNK may follow here");
    if (!upload->refusal && frame->chunked && frame->base64)
        upload->refusal = refusal(400, "Chunks are octets, not base64");
    upload->delivery = delivery_for(command.pipeline);
    if (!upload->refusal && !upload->delivery) upload->refusal = refusal(405, "No delivery is open");
    upload->limit_bytes = room_for(core_, *upload);
    const std::uint64_t most_bytes = wire_limit(*frame, core_.compression, upload->limit_bytes);
    if (frame->length.value_or(0) > most_bytes) {
        core_.refuse(*upload->slot, refusal(413, "Too large, closing"));
        return core_.close();
    }
    begin_body(*upload, command, *frame);
    if (frame->chunked)
        core_.lane(command.pipeline).chunked = upload;
    else
        body_.emplace(upload, BodyReader(*frame, frame->base64 ? upload->limit_bytes : most_bytes));
}

// The first reply, and the part's place in its delivery.
void SessionInput::begin_body(Upload& upload, const Command& command, const BodyFrame& frame) {
    upload.name = name_of(command.arguments);
    if (!upload.refusal) upload.refusal = begin_unpacking(upload, frame);
    if (!upload.refusal) {
        auto part = new_part(*upload.delivery, command.arguments, core_.services().limits.parts);
        if (part) {
            upload.name = part->id;
            upload.number = upload.delivery->next_part++;
            upload.is_kept = true;
            upload.delivery->open_bodies++;
            upload.delivery->submit.parts.push_back(*std::move(part));
            return core_.progress(*upload.slot, 271, as_token(upload.name) + " Awaiting content");
        }
        upload.refusal = part.error();
    }
    if (upload.delivery) note_refused(*upload.delivery, upload.name, core_.services().limits.parts);
    upload.delivery = nullptr;
    core_.refuse_first(*upload.slot, *upload.refusal);
}

// Counted bodies alone, in one piece or in chunks, are compressed.
std::optional<Error> SessionInput::begin_unpacking(Upload& upload, const BodyFrame& frame) {
    if (core_.compression == Compression::none || frame.base64) return std::nullopt;
    upload.seats = {core_.unpacking->take(), core_.services().codecs->take()};
    if (!upload.seats[0])
        return refusal(429, "At most " + std::to_string(kSessionCodecs) + " compressed bodies at once");
    if (!upload.seats[1]) return refusal(705);
    upload.unpacker.emplace(core_.compression);
    upload.unpacker->announce(frame.length.value_or(0));
    return std::nullopt;
}

void SessionInput::begin_chunk(const Command& command) {
    const auto frame = body_frame(command);
    UploadPtr upload = core_.lane(command.pipeline).chunked;
    const bool stray = !upload;
    if (stray) {
        upload = std::make_shared<Upload>();
        upload->slot = core_.output.open(command.pipeline, Verb::chunk);
        upload->refusal = refusal_of(command).value_or(refusal(405, "No DATA CHUNKED is open"));
    } else if (!upload->refusal) {
        upload->refusal = refusal_of(command);
    }
    const std::uint64_t most_bytes =
        frame ? wire_limit(*frame, core_.compression, room_for(core_, *upload)) : 0;
    if (!frame || *frame->length > most_bytes) {
        upload->refusal = frame ? refusal(413, "Too large, closing") : frame.error();
        if (stray) end_body(*upload, {});
        return core_.close();
    }
    if (upload->unpacker) upload->unpacker->announce(*frame->length);
    if (*frame->length > 0) {
        body_.emplace(upload, BodyReader(*frame, most_bytes));
        return;
    }
    core_.lane(command.pipeline).chunked = nullptr;
    end_body(*upload, {});
}

bool SessionInput::is_chunked(const UploadPtr& upload) const {
    const Lane* lane = find_lane(upload->slot->pipeline);
    return lane && lane->chunked == upload;
}

bool SessionInput::read_body() {
    const UploadPtr upload = body_->upload;
    if (upload->unpacker && (!upload->packed.empty() || upload->unpacker->has_more())) {
        unpack_some(*upload);
        return true;
    }
    const BodyReader::State state = body_->reader.state();
    if (state == BodyReader::State::reading) {
        if (unread().empty()) return false;
        BodyReader::Step step = body_->reader.feed(unread());
        used_ += step.taken;
        take_octets(*upload, std::move(step.octets));
        return true;
    }
    const std::optional<Error> error = body_->reader.error();
    body_.reset();
    if (error && !upload->refusal) upload->refusal = error;
    if (state == BodyReader::State::broken) {
        upload->refusal = error;
        core_.close();
    }
    if (!is_chunked(upload)) end_body(*upload, {});
    return true;
}

void SessionInput::take_octets(Upload& upload, std::string octets) {
    if (octets.empty() || upload.refusal) return;
    if (upload.unpacker)
        upload.packed = std::move(octets);
    else
        keep_octets(upload, std::move(octets));
}

void SessionInput::unpack_some(Upload& upload) {
    std::string_view packed = upload.packed;
    auto octets = upload.unpacker->next(packed);
    upload.packed.erase(0, upload.packed.size() - packed.size());
    if (octets) {
        unpacked_bytes_ += octets->size();
        if (!octets->empty()) keep_octets(upload, *std::move(octets));
        if (upload.delivery->body_bytes > core_.most_body_bytes(upload.delivery.get()))
            upload.refusal = refusal(413, "The message unpacks to too much");
    } else {
        upload.refusal = std::move(octets.error());
    }
    if (!upload.refusal) return;
    take_back(core_, upload);
    upload.unpacker.reset();
    upload.packed.clear();
}

void SessionInput::keep_octets(Upload& upload, std::string octets) {
    upload.delivery->body_bytes += octets.size();
    upload.kept_bytes += octets.size();
    if (upload.delivery->ended) return;
    upload.any_octets = true;
    core_.output.act(PartOctets{upload.delivery->submit.delivery, upload.number, std::move(octets)});
}

// The last reply. A refused part leaves its delivery.
void SessionInput::end_body(Upload& upload, const std::optional<Error>& error) {
    if (!upload.refusal && error) upload.refusal = error;
    if (!upload.refusal && upload.unpacker && !upload.unpacker->ended())
        upload.refusal = refusal(415, "The compressed body ends too early");
    upload.unpacker.reset();
    upload.seats = {};
    if (upload.delivery) {
        upload.delivery->open_bodies--;
        if (!upload.refusal && upload.delivery->ended)
            upload.refusal = refusal(405, "The delivery was aborted");
    }
    if (!upload.refusal) {
        if (!upload.any_octets)
            core_.output.act(PartOctets{upload.delivery->submit.delivery, upload.number, {}});
        upload.delivery->refused.erase(upload.name);
        return core_.reply(*upload.slot, 272, as_token(upload.name) + " " + std::string(code_spec(272).text));
    }
    if (upload.delivery) {
        take_back(core_, upload);
        note_refused(*upload.delivery, upload.name, core_.services().limits.parts);
        std::erase_if(upload.delivery->submit.parts,
                      [&upload](const SubmittedPart& part) { return part.number == upload.number; });
    }
    core_.refuse(*upload.slot, *upload.refusal);
}

void SessionInput::abandon_bodies() {
    for (auto& [id, lane] : core_.lanes_)
        if (const UploadPtr upload = std::exchange(lane.chunked, nullptr))
            end_body(*upload, refusal(400, "The body did not end"));
}

}  // namespace immp::bridge
