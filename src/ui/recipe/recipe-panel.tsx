import { Plus } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { passMetas } from '../../passes/metas';
import { addStep, useRecipe } from '../../state/recipe';
import { BestForm } from './best-form';
import { Stays } from './stays';
import { Step } from './step';
import { TargetChoice } from './target-choice';
import '../styles/recipe.css';
import '../styles/dialog.css';

/** The passes in their order, each with its controls and what it did. */
export function RecipePanel() {
  const passes = useRecipe((state) => state.recipe.passes);
  return (
    <section className="recipe" aria-labelledby="recipe-title" data-panel="recipe" tabIndex={-1}>
      <header className="panel-head">
        <h2 id="recipe-title">Recipe</h2>
        <span className="small quiet">runs top to bottom</span>
      </header>
      <TargetChoice />
      <BestForm />
      <ol>
        {passes.map((step, index) => (
          // A pass may stand in the list twice, so its place is part of its key.
          // oxlint-disable-next-line react/no-array-index-key
          <Step key={`${index}-${step.id}`} step={step} index={index} last={index === passes.length - 1} />
        ))}
      </ol>
      <div className="recipe-add">
        <DropdownMenu.Root>
          <DropdownMenu.Trigger className="button">
            <Plus size={14} aria-hidden /> Add a pass
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu">
              {passMetas.map((meta) => (
                <DropdownMenu.Item key={meta.id} className="menu-item" onSelect={() => addStep(meta.id)}>
                  {meta.label}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      </div>
      <Stays />
    </section>
  );
}
