/** The script of a Worker of Heddle's that ends itself before it is ready. */
import "../../threads/agents/worker.ts";
import { exit } from "./exit.ts";

exit();
