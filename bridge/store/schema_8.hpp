// The eighth step of schema.hpp: the words of messages, for text=.
#pragma once

namespace immp::bridge {

/// message_text has a row for each message that was looked at, under the message's id, and none for one that
/// is gone. It is made behind the messages, in the order of their ids: the highest row is how far it got.
/// The words are stored beside the index, because a row of an index alone could be taken out only by who
/// still has its words.
inline constexpr const char* kSchema8 = R"sql(
CREATE VIRTUAL TABLE message_text USING fts5(subject, names, body, tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER message_forgotten AFTER DELETE ON messages BEGIN
    DELETE FROM message_text WHERE rowid = old.id;
END;
)sql";

}  // namespace immp::bridge
