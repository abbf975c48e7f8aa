#include "bridge/store/sqlite_texts.hpp"

namespace immp::bridge {

std::string match_expression(const std::vector<std::string>& words) {
    std::string expression;
    for (const std::string& word : words) {
        if (!expression.empty()) expression += ' ';
        expression += '"';
        for (const char c : word)
            expression += c == '"' ? std::string("\"\"") : std::string(1, c);
        expression += '"';
    }
    return expression;
}

Result<std::vector<MessageId>> SqliteTexts::missing(std::uint32_t most) {
    return db_
        .query(
            "SELECT id FROM messages WHERE id > coalesce((SELECT rowid FROM message_text ORDER BY rowid DESC "
            "LIMIT 1), 0) ORDER BY id LIMIT ?",
            std::int64_t{most})
        .all([](const Row& row) { return MessageId{row.number(0)}; });
}

Result<void> SqliteTexts::add(MessageId message, const MessageText& text) {
    return db_
        .query("INSERT INTO message_text (rowid, subject, names, body) VALUES (?, ?, ?, ?)", message,
               text.subject, text.names, text.body)
        .run();
}

Result<std::vector<Folder>> SqliteTexts::count(AccountId account, const std::vector<std::string>& words) {
    const std::string expression = match_expression(words);
    return db_
        .query(
            "SELECT r.folder, coalesce(sum(r.is_read = 0), 0), count(*) FROM message_text t "
            "CROSS JOIN refs r INDEXED BY refs_message ON r.message = t.rowid AND r.account = ? "
            "WHERE t.message_text MATCH ? GROUP BY r.folder",
            account, expression)
        .all([](const Row& row) { return Folder{row.number(0), "", row.count(1), row.count(2)}; });
}

}  // namespace immp::bridge
