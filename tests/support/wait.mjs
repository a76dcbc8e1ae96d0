// tests/support/wait.mjs - waiting for something to become true.
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// How many times longer a machine may take than the one the waits were written for. Costs nothing
// where all is well; scripts/test, which runs suites side by side, asks for more.
export const patience = Number(process.env.NB_PATIENCE ?? 1);

// Polls until `work` answers something true, which it returns; throws with `what` after `seconds`,
// times `patience`.
export async function until(what, work, seconds = 20) {
    const end = Date.now() + seconds * patience * 1000;
    for (;;) {
        const answer = await work();
        if (answer) return answer;
        if (Date.now() > end)
            throw new Error(`waited ${seconds * patience} s in vain for: ${what}`);
        await sleep(25);
    }
}
