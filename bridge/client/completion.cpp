// immp completion SHELL. What stands in the scripts is data (which words follow which, and what may be a
// value); a few lines of shell read it.
#include "bridge/client/completion.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

namespace {

constexpr const char* kBashFunction = R"sh(_immp() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= offer= at
    for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${COMP_WORDS[at]} != -* && " $(_immp_words "$command") " == *" ${COMP_WORDS[at]} "* ]] &&
            command="${command:+$command }${COMP_WORDS[at]}"
    done
    [[ $prev == -* ]] && offer=$(_immp_offer "$command $prev")
    [[ -z $offer && $cur != -* ]] && offer=$(_immp_offer "$command .")
    case $offer in
        file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        account) mapfile -t COMPREPLY < <(compgen -W "$(immp accounts 2>/dev/null | cut -d' ' -f1)" -- "$cur") ;;
        folder) mapfile -t COMPREPLY < <(compgen -W 'INBOX DRAFTS SENT JUNK TRASH PUSH' -- "$cur") ;;
        shell) mapfile -t COMPREPLY < <(compgen -W 'bash zsh' -- "$cur") ;;
        value) COMPREPLY=() ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$(_immp_words "$command")" -- "$cur") ;;
    esac
}
complete -F _immp immp
)sh";

const char* offer_name(const Parameter& parameter) {
    switch (parameter.offer) {
        case Offer::file: return "file";
        case Offer::account: return "account";
        case Offer::folder: return "folder";
        case Offer::shell: return "shell";
        case Offer::nothing: break;
    }
    return "value";
}

std::vector<std::string> names_of(const Parameter& parameter) {
    const std::string all = parameter.name;
    const std::size_t comma = all.find(',');
    if (comma == all.npos) return {all};
    return {all.substr(0, comma), all.substr(comma + 1)};
}

std::string options_of(std::span<const Parameter> parameters) {
    std::string words;
    for (const Parameter& parameter : parameters)
        if (parameter.is_option()) words += " " + std::string(parameter.key());
    return words;
}

/// First words, each once, in the order of the table.
std::vector<std::string> first_words(std::span<const CommandRow> rows) {
    std::vector<std::string> words;
    for (const CommandRow& row : rows) {
        const std::string word(row.group().empty() ? row.word() : row.group());
        if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    return words;
}

std::string bash_case(const std::string& key, const std::string& words) {
    return "        '" + key + "') echo '" + words + "' ;;\n";
}

std::string bash_words(std::span<const CommandRow> rows) {
    std::string first;
    std::string cases;
    for (const std::string& word : first_words(rows)) {
        first += word + " ";
        std::string second;
        for (const CommandRow& row : rows)
            if (row.group() == word) second += std::string(row.word()) + " ";
        if (!second.empty()) cases += bash_case(word, second);
    }
    const std::string common = options_of(common_parameters());
    cases += bash_case("", first + common.substr(1));
    for (const CommandRow& row : rows)
        cases += bash_case(row.name, (options_of(row.parameters) + common).substr(1));
    return "_immp_words() {\n    case $1 in\n" + cases + "    esac\n}\n";
}

std::string bash_offers(const std::string& command, std::span<const Parameter> parameters) {
    std::string cases;
    bool has_place = false;
    for (const Parameter& parameter : parameters) {
        if (parameter.kind == Kind::flag) continue;
        if (parameter.is_option()) {
            for (const std::string& name : names_of(parameter))
                cases += bash_case(std::string(command).append(" ").append(name), offer_name(parameter));
        } else if (parameter.offer != Offer::nothing && !std::exchange(has_place, true)) {
            cases += bash_case(command + " .", offer_name(parameter));
        }
    }
    return cases;
}

std::string zsh_text(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == ':' || c == '[' || c == ']') safe += '\\';
        safe += c;
        if (c == '\'') safe += "\\''";
    }
    return safe;
}

std::string zsh_action(const Parameter& parameter) {
    switch (parameter.offer) {
        case Offer::file: return "_files";
        case Offer::account: return "($(immp accounts 2>/dev/null | cut -d\" \" -f1))";
        case Offer::folder: return "(INBOX DRAFTS SENT JUNK TRASH PUSH)";
        case Offer::shell: return "(bash zsh)";
        case Offer::nothing: break;
    }
    return " ";
}

std::string zsh_arguments(std::span<const Parameter> parameters) {
    std::string lines;
    for (const Parameter& parameter : parameters) {
        const std::string value = parameter.kind == Kind::flag
                                      ? ""
                                      : ":" + std::string(parameter.key()) + ":" + zsh_action(parameter);
        if (!parameter.is_option()) {
            lines += " '" + std::string(parameter.kind == Kind::texts ? "*" : "") + value + "'";
            continue;
        }
        for (const std::string& name : names_of(parameter))
            lines.append(" '")
                .append(parameter.kind == Kind::texts ? "*" : "")
                .append(name)
                .append("[")
                .append(zsh_text(parameter.help))
                .append("]")
                .append(value)
                .append("'");
    }
    return lines;
}

std::string zsh_described(const std::string& word, std::string_view help) {
    return " '" + word + ":" + zsh_text(help) + "'";
}

std::string zsh_cases(std::span<const CommandRow> rows, std::string_view group) {
    std::string cases;
    for (const CommandRow& row : rows)
        if (row.group() == group)
            cases += "        " + std::string(group) + (group.empty() ? "" : "\\ ") +
                     std::string(row.word()) + ") _arguments $common" + zsh_arguments(row.parameters) +
                     " ;;\n";
    return cases;
}

}  // namespace

std::string bash_completion(std::span<const CommandRow> rows) {
    std::string offers = bash_offers("", common_parameters());
    for (const CommandRow& row : rows)
        offers += bash_offers(row.name, row.parameters) + bash_offers(row.name, common_parameters());
    return "# bash completion for immp(1), made by `immp completion bash`\n" + bash_words(rows) +
           "_immp_offer() {\n    case $1 in\n" + offers + "    esac\n}\n" + kBashFunction;
}

std::string zsh_completion(std::span<const CommandRow> rows) {
    std::string commands;
    std::string groups;
    std::string cases;
    for (const std::string& word : first_words(rows)) {
        std::string second;
        for (const CommandRow& row : rows)
            if (row.group() == word) second += zsh_described(std::string(row.word()), row.help);
        const auto row =
            std::ranges::find(rows, word, [](const CommandRow& r) { return std::string(r.name); });
        commands += zsh_described(word, second.empty() ? row->help : group_help(word));
        if (second.empty()) continue;
        groups.append("        ").append(word).append(") words_of=(").append(second).append(" ) ;;\n");
        cases += zsh_cases(rows, word);
    }
    return "#compdef immp\n# made by `immp completion zsh`\nlocal -a common words_of\nlocal "
           "curcontext=$curcontext "
           "state line\n"
           "common=(" +
           zsh_arguments(common_parameters()) +
           " )\n"
           "_arguments -C $common '1:command:->command' '*::argument:->rest'\n"
           "case $state in\n"
           "command) words_of=(" +
           commands +
           " ); _describe command words_of ;;\n"
           "rest)\n"
           "    case $words[1] in\n" +
           groups +
           "    esac\n"
           "    if (( $#words_of )); then\n"
           "        (( CURRENT == 2 )) && { _describe command words_of; return }\n"
           "        words[1,2]=\"$words[1] $words[2]\"; (( CURRENT-- ))\n"
           "    fi\n"
           "    case $words[1] in\n" +
           zsh_cases(rows, "") + cases +
           "    esac ;;\n"
           "esac\n";
}

Done run_completion(Context& context, const Arguments& arguments) {
    const std::string shell = arguments.text("shell");
    if (shell != "bash" && shell != "zsh")
        return failed(ExitStatus::usage, "there is completion for bash and for zsh");
    context.out << (shell == "bash" ? bash_completion(command_table()) : zsh_completion(command_table()));
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
