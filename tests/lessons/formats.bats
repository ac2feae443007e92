#!/usr/bin/env bats
# What graders read: TAP, JUnit, results.json, Autolab. docs/grading.md is the contract.

# An expression for tap. Older parsers read TAP 14 as 13, and complain about the version.
# shellcheck disable=SC2016 # the variables are perl's
SUM='join " ", $p->tests_planned, "passed", $p->passed, "failed", $p->failed, "skipped", $p->skipped,
    "off", grep { !/version/ } $p->parse_errors'

bats_require_minimum_version 1.5.0

setup() { T=$(mktemp -d /tmp/shmlab-test.XXXXXX); }
teardown() { rm -rf "$T"; }

# reports FORM WHICH...: into $T/out
reports() { python3 "$BATS_TEST_DIRNAME/reports.py" "$@" >"$T/out"; }

# tap EXPRESSION: perl's own parser of TAP has read all; prints the expression. $p: the parser, @r: its results
tap()
{
    perl -MTAP::Parser -e 'local $SIG{__WARN__} = sub { print STDERR @_ unless $_[0] =~ /TAP version/ };
        my $p = TAP::Parser->new({tap => do { local $/; <STDIN> }}); my @r;
        while (my $r = $p->next) { push @r, $r } print eval $ARGV[0]; die $@ if $@' "$1" <"$T/out"
}

# json EXPRESSION: of the document d
json() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1" <"$T/out"; }

@test "TAP: perl's parser finds what passed, failed and was skipped" {
    reports tap pass fail error
    [[ $(head -n 1 "$T/out") == 'TAP version 14' ]] || false
    run tap "$SUM"
    [[ $output == '5 passed 1 2 4 failed 3 5 skipped 4 off' ]] || { cat "$T/out" && false; }
}

@test "TAP: # in a name is not a directive, and the diagnosis is in the YAML" {
    reports tap fail
    grep -qF 'not ok 2 - 02-typed-fields: num \# holds the number' "$T/out"
    # shellcheck disable=SC2016 # perl's
    run tap 'my ($y) = grep { $_->is_yaml } @r; my $d = $y->data; join "|", $d->{diagnoses}[0], $d->{message}'
    [[ $output == $'swapped|num is swapped.\nTwo lines: of it' ]] || { printf '%s\n' "$output" && false; }
}

@test "TAP: a hostile program's output adds no result, whatever bytes it has" {
    reports tap hostile hostile-error
    run tap "$SUM"
    [[ $output == '2 passed failed 1 2 skipped off' ]] || { cut -c 1-100 "$T/out" && false; }
    run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$T/out"
}

@test "JUnit: a testsuite for each lesson, a testcase for each test, with the right counts" {
    reports junit pass fail error
    xmllint --noout "$T/out"
    count() { xmllint --xpath "$1" "$T/out"; }
    [[ $(count 'count(//testsuite)') == 3 && $(count 'count(//testcase)') == 5 ]]
    [[ $(count 'string(//testsuite[@name="02-typed-fields"]/@failures)') == 1 ]]
    [[ $(count 'string(//testsuite[@name="02-typed-fields"]/@skipped)') == 1 ]]
    [[ $(count 'string(//failure/@type)') == swapped ]]
    [[ $(count 'string(//testsuite[@name="03-read"]/testcase/error)') == *"expected ';'"* ]]
}

@test "JUnit: stays well-formed whatever bytes a program prints" {
    reports junit hostile hostile-error
    xmllint --noout "$T/out"
    [[ $(xmllint --xpath 'count(//testcase)' "$T/out") == 2 ]]
}

@test "JSON: one lesson is a results.json of version 2" {
    reports json fail
    [[ $(json 'd["version"], d["status"], d["message"]') == "(2, 'fail', None)" ]]
    [[ $(json '[t["status"] for t in d["tests"]]') == "['pass', 'fail', 'error']" ]]
    [[ $(json 'd["tests"][1]["message"]') == $'num is swapped.\nTwo lines: of it\n\n00 41 42' ]]
    [[ $(json 'd["tests"][1]["diagnoses"]') == "['swapped']" ]]
    [[ $(json 'd["tests"][2]["message"]') == 'Not run: first fix: num' ]]
}

@test "JSON: a program that does not build is an error with the compiler's output" {
    reports json error
    [[ $(json 'd["status"], d["tests"]') == "('error', [])" ]]
    [[ $(json 'd["message"]') == *"expected ';'" ]]
}

@test "JSON: a test's output is cut at 500 characters, and says so" {
    reports json hostile
    [[ $(json 'len(d["tests"][0]["output"])') == 500 ]]
    [[ $(json 'd["tests"][0]["output"]') == *'Output was truncated. Please limit to 500 chars' ]]
}

@test "JSON: several lessons are kept by their names" {
    reports json pass fail
    [[ $(json 'd["version"], d["status"]') == "(1, 'fail')" ]]
    [[ $(json 'list(d["lessons"])') == "['01-first-segment', '02-typed-fields']" ]]
    [[ $(json 'd["lessons"]["01-first-segment"]["status"]') == pass ]]
    reports json
    [[ $(json 'd["status"], d["lessons"]') == "('fail', {})" ]]
}

@test "Autolab: the last line, and no other, is the scores" {
    reports autolab pass fail error hostile
    scores='{"scores": {"01-first-segment": 1, "02-typed-fields": 1, "03-read": 0, "04-hostile": 0}}'
    [[ $(tail -n 1 "$T/out") == "$scores" ]] || { cat "$T/out" && false; }
    [[ $(grep -c '^[{]' "$T/out") == 1 ]]
}
