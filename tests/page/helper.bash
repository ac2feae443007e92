# helper: a browser for the tests of pages (browser.py). Loaded by `load helper`.
load ../cli/helper

# One browser for all tests; each opens its page afresh.
setup_file()
{
    export BROWSER=$BATS_TEST_DIRNAME/browser.py BROWSER_PROFILE=$BATS_FILE_TMPDIR/profile
    local log=$BATS_FILE_TMPDIR/driver.log
    type -P chromedriver >/dev/null && [[ $(chromedriver --version) == ChromeDriver* ]] || return 0
    : >"$log"
    chromedriver --port=0 >"$log" 2>&1 3>&- &
    echo "$!" >"$BATS_FILE_TMPDIR/driver.pid"
    for ((i = 0; i < 1500; i++)); do
        port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$log")
        [[ ! $port ]] || break
        sleep 0.02
    done
    BROWSER_SESSION=$(python3 "$BROWSER" start "$port" 3>&-)
    export BROWSER_SESSION
}

teardown_file()
{
    [[ ! ${BROWSER_SESSION-} ]] || python3 "$BROWSER" end || true
    [[ ! -s $BATS_FILE_TMPDIR/driver.pid ]] || kill "$(<"$BATS_FILE_TMPDIR/driver.pid")" || true
}

# in_browser: runs the Python on standard input.
in_browser()
{
    [[ ${BROWSER_SESSION-} ]] || skip 'chromium-driver is not installed'
    python3 "$BROWSER" run
}
